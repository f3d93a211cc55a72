import { expect, test } from 'vitest';
import { compareMembers, flattenItem } from '../../../lib/review/compare/members.ts';
import { roleFrom } from '../../harness/policy.ts';

const ARNS = 'policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]';
const policy = (action: string, more = ''): string =>
  `policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "${action}", Resource: "arn:aws:s3:::a/*"${more} }] }`;
const membersOf = (...aws: readonly string[]) =>
  flattenItem(
    roleFrom(
      `trust:\n  - iss: https://agent.buildkite.com\n    claims: { organization_slug: acme, pipeline_slug: web }\naws:\n  role_arn: arn:aws:iam::123456789012:role/web\n${aws.map(each => `  ${each}\n`).join('')}`,
    ),
  );

test.each<[says: string, before: string[], after: string[], narrower: boolean]>([
  ['comes where there was none', [], [policy('s3:GetObject')], true],
  ['goes', [policy('s3:GetObject')], [], false],
  ['allows less', [policy('s3:*')], [policy('s3:GetObject')], true],
  ['allows more', [policy('s3:GetObject')], [policy('s3:*')], false],
  ['allows something else', [policy('s3:GetObject')], [policy('s3:PutObject')], false],
  [
    'gets a condition',
    [policy('s3:GetObject')],
    [policy('s3:GetObject', ', Condition: { Bool: { "aws:SecureTransport": "true" } }')],
    true,
  ],
  [
    'loses a condition',
    [policy('s3:GetObject', ', Condition: { Bool: { "aws:SecureTransport": "true" } }')],
    [policy('s3:GetObject')],
    false,
  ],
  ['comes beside managed policies, with which AWS joins it', [ARNS], [ARNS, policy('s3:GetObject')], false],
  ['allows less beside managed policies', [ARNS, policy('s3:*')], [ARNS, policy('s3:GetObject')], true],
])('T97: a session policy that %s is narrower, or not', (_says, before, after, narrower) => {
  const changed = compareMembers(membersOf(...before), membersOf(...after));
  expect(changed.map(each => [each.member, each.narrower])).toEqual([['aws.policy', narrower]]);
});
