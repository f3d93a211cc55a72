import { expect, test } from 'vitest';
import { compileEdited } from '../../../lib/review/console/held.ts';
import { isFailing, runRoleTrials } from '../../../lib/review/console/trials.ts';
import { heldOf, roleIn } from '../../harness/console.ts';
import { ROLES } from '../../harness/local.ts';

const CASES = `
cases:
  - name: main of web is allowed
    from: buildkite/push
    claims: { organization_slug: acme, pipeline_slug: web }
    allow: pushes to main
  - name: a branch is denied
    from: main of web is allowed
    claims: { build_branch: feature }
    deny: no_statement_holds
`;
const held = heldOf({ cases: [{ name: 'publish', text: CASES }] });

function edited(from: string, to: string) {
  const { role } = compileEdited('publish', ROLES.publish.replace(from, to), held);
  if (!role) throw new Error('The edited role does not compile.');
  return runRoleTrials(role, held);
}

test('the cases of a role run as its file has it', () => {
  const trials = runRoleTrials(roleIn(held, 'publish'), held);
  expect(trials.trials.map(({ case: { name } }) => name)).toEqual([
    'main of web is allowed',
    'a branch is denied',
  ]);
  expect(isFailing(trials)).toBe(false);
});

test('and of an edited one: what comes out otherwise is told', () => {
  const { failing } = edited('build_branch: main', 'build_branch: { matches: "*" }');
  expect(failing.map(({ case: { name }, differences }) => [name, differences])).toEqual([
    [
      'a branch is denied',
      [{ of: 'decision', expected: 'deny no_statement_holds', actual: 'allow pushes to main' }],
    ],
  ]);
});

test('cases that the text no longer fits cannot be read', () => {
  const trials = edited('id: pushes to main', 'id: other');
  expect(isFailing(trials)).toBe(true);
  expect(trials.complaints.map(({ rule }) => rule)).toEqual(['wrong-value']);
});

test('a role without a file of cases has none, and fails none', () => {
  const trials = runRoleTrials(roleIn(heldOf(), 'publish'), heldOf());
  expect(trials.written).toBe(false);
  expect(isFailing(trials)).toBe(false);
});
