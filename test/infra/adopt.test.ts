import { expect, test } from 'vitest';
import { adoptKept } from '../../infra/adopt.ts';

test('each change set takes on what an earlier stack kept, and is else as it was', () => {
  const deploy = {
    stack: 'kite-sts-prod',
    getCreateChangeSetParams(asked: object) {
      return { ...asked, StackName: this.stack };
    },
  };
  expect(adoptKept([{}, deploy])).toBe(true);
  expect(deploy.getCreateChangeSetParams({ ChangeSetType: 'UPDATE' })).toEqual({
    ChangeSetType: 'UPDATE',
    StackName: 'kite-sts-prod',
    ImportExistingResources: true,
  });
});

test('where nothing makes change sets in the way that we know, that is said', () => {
  expect(adoptKept([{}])).toBe(false);
});
