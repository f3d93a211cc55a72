import { expect, test } from 'vitest';
import { denyStrikesAbsent } from '../../../../lib/review/lint/rules/deny-strikes-absent.ts';
import { foundInRole, trusting } from '../../../harness/lint.ts';
import { BUILDKITE, GITHUB, PROVIDER } from '../../../harness/policy.ts';

function both(iss: string, claims: string, denied: string): string {
  return trusting(claims, { iss, rest: `deny:\n  - iss: ${iss}\n    claims: { ${denied} }\n${PROVIDER}` });
}
const WEB = 'repository: acme/web, ref: refs/heads/main, event_name: push';

test.each([
  ['an environment of GitHub', both(GITHUB, WEB, 'environment: staging')],
  ['one that is to be another', both(GITHUB, WEB, 'environment: { not_equals: production }')],
  ['one beside a claim that every job has', both(GITHUB, WEB, 'actor: bot, environment: staging')],
  ['an environment of GitLab', both('https://gitlab.com', 'project_id: "20"', 'environment: staging')],
])('P16: finds %s', (_name, role) => {
  expect(foundInRole(denyStrikesAbsent, role)).toEqual(['environment']);
});

test('P16: finds a claim that is read as null where it is absent, when null is among what is denied', () => {
  const role = both(BUILDKITE, 'organization_slug: acme', 'step_key: { in: [deploy, null] }');
  expect(foundInRole(denyStrikesAbsent, role)).toEqual(['step_key']);
});

test.each([
  [
    'a claim that trust demands',
    both(GITHUB, `${WEB}, environment: { in: [production, staging] }`, 'environment: staging'),
  ],
  ['a claim that every job has', both(GITHUB, WEB, 'actor: bot')],
  [
    'a claim that is read as null where it is absent',
    both(BUILDKITE, 'organization_slug: acme', 'step_key: deploy'),
  ],
  ['a claim that a step asks for', both(BUILDKITE, 'organization_slug: acme', 'queue_key: untrusted')],
  [
    'a deny of another issuer',
    trusting(WEB, {
      iss: GITHUB,
      rest: `deny:\n  - iss: https://gitlab.com\n    claims: { environment: staging }\n${PROVIDER}`,
    }),
  ],
])('P16: leaves %s alone', (_name, role) => {
  expect(foundInRole(denyStrikesAbsent, role)).toEqual([]);
});
