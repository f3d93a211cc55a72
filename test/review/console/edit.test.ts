import { expect, test } from 'vitest';
import type { RoleChange } from '../../../lib/review/compare/change.ts';
import { judgeDirection } from '../../../lib/review/compare/direction.ts';
import { compareEdited } from '../../../lib/review/console/edit.ts';
import { compileRoleText } from '../../../lib/review/console/held.ts';
import { heldOf } from '../../harness/console.ts';
import { ROLES } from '../../harness/local.ts';
import { NOW } from '../../harness/policy.ts';

const held = heldOf();

function changed(from: string, to: string): RoleChange | undefined {
  const { role } = compileRoleText('publish', ROLES.publish.replace(from, to), held.setting);
  if (!role) throw new Error('The edited role does not compile.');
  return compareEdited(role, held, NOW);
}

test.each([
  ['a pattern in place of a name', 'build_branch: main', 'build_branch: { matches: "m*" }', 'wider'],
  ['one pipeline more', 'in: [web, api]', 'in: [web, api, docs]', 'wider'],
  ['one pipeline less', 'in: [web, api]', 'in: [web]', 'not wider'],
  ['another audience of the credential', 'packages.test', 'else.test', 'wider'],
])('%s is %s', (_name, from, to, direction) => {
  const change = changed(from, to);
  expect(change && judgeDirection({ roles: [change], issuers: [], guardrails: [] })).toBe(direction);
});

test('another order of what is listed changes nothing', () => {
  expect(changed('in: [web, api]', 'in: [api, web]')).toBeUndefined();
});
