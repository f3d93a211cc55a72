import { expect, test } from 'vitest';
import { askHealth, findUrl } from '../../infra/told.ts';
import { testServer } from '../harness/server.ts';

function out(OutputKey: string, OutputValue: string) {
  return { OutputKey, OutputValue };
}

test('I12: the address is that of the outputs of the stack', () => {
  const info = { gatheredData: { outputs: [out('Other', 'x'), out('Url', 'https://sts.acme.io')] } };
  expect(findUrl([{}, { gatheredData: {} }, info])).toBe('https://sts.acme.io');
  expect(findUrl([{}])).toBeUndefined();
});

test.each([
  { status: 200, says: '/health answers: healthy' },
  { status: 503, says: '/health answered 503. ' },
  { status: 302, says: '/health answered 302. ' },
])('I12: /health is asked once, and $status is told', async ({ status, says }) => {
  const broker = await testServer(() => ({ status, headers: { location: '/elsewhere' } }));
  expect(await askHealth(broker.url)).toContain(says);
  expect(broker.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /health']);
});

test('I12: where nobody answers, that is told, and no deployment fails for it', async () => {
  expect(await askHealth('http://127.0.0.1:9')).toMatch(/did not answer \(\w+\)/);
});
