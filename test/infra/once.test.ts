import { expect, test } from 'vitest';
import { onceComplaints } from '../../infra/once.ts';
import { configFrom } from '../harness/local.ts';

const config = configFrom();
const [role] = config.roles;
if (!role) throw new Error('no role');

test('T63: a role that takes a token once is not packaged, since Lambda could not keep that', () => {
  const roles = [role, { ...role, name: 'sign-once', singleUse: true }];
  expect(onceComplaints({ ...config, roles })).toMatchObject([
    { rule: 'wrong-value', place: { file: expect.stringContaining('sign-once.yml'), line: 1, column: 1 } },
  ]);
});

test('there is no complaint of other roles', () => {
  expect(onceComplaints({ ...config, roles: [{ ...role, singleUse: false }] })).toEqual([]);
});
