import { expect, test } from 'vitest';
import type { Condition, Operator, Scalar } from '../../../lib/policy/condition.ts';
import { createOpenedDescriber } from '../../../lib/review/compare/opened.ts';
import { BUILDKITE, GITHUB, ISSUERS, roleFrom, rowsFrom } from '../../harness/policy.ts';

const ROWS = rowsFrom(ISSUERS);

/** What is opened when the condition on a claim gets other operands, or goes. */
function opened(
  iss: string,
  claims: string,
  name: string,
  operator?: Operator,
  ...operands: Scalar[]
): string {
  const role = roleFrom(`trust: [{ iss: ${iss}, id: one, claims: { ${claims} } }]\n`);
  const condition = role.trust[0]?.conditions.find(each => each.name === name) as Condition;
  return createOpenedDescriber(
    role,
    ROWS,
  )({
    statement: 'one',
    condition,
    operator: operator ?? condition.operator,
    operands: operator === undefined ? undefined : operands,
  });
}

const WEB =
  'organization_slug: acme, pipeline_slug: web, build_branch: main, build_tag: null, build_source: webhook';
const MAIN = 'repository: acme/web, ref: refs/heads/main, event_name: push';

test.each([
  ['builds by hand', opened(BUILDKITE, WEB, 'build_source', 'in', 'webhook', 'ui'), ['manual', 'colleague']],
  [
    'a schedule, which nobody else can cause',
    opened(BUILDKITE, WEB, 'build_source', 'in', 'webhook', 'schedule'),
    ['schedule'],
  ],
  ['all but a push', opened(BUILDKITE, WEB, 'build_source'), ['schedule', 'manual', 'api', 'trigger']],
  [
    'comments',
    opened(GITHUB, MAIN, 'event_name', 'in', 'push', 'issue_comment'),
    ['issue_comment', 'outside'],
  ],
  ['every branch', opened(GITHUB, MAIN, 'ref'), ['any-branch']],
])('P26: says that it opens the role to %s', (_name, said, words) => {
  for (const word of words) expect(said).toContain(word);
});

test.each([
  ['another branch', opened(BUILDKITE, WEB, 'build_branch', 'in', 'main', 'dev')],
  ['another repository', opened(GITHUB, MAIN, 'repository', 'in', 'acme/web', 'acme/api')],
])('P26: says nothing of %s, which is what is asked for', (_name, said) => {
  expect(said).toBe('');
});
