import { expect, test } from 'vitest';
import { drawDoorsPage } from '../harness/doors.ts';

// `npx vitest run test/docs/doors.test.ts -u` draws it anew.
test('the page of codes and doors is what the tables say', async () => {
  await expect(drawDoorsPage()).toMatchFileSnapshot('../../docs/reference/doors.md');
});
