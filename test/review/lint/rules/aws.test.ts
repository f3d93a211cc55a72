import { describe, expect, test } from 'vitest';
import {
  policyBesideArns,
  policyNarrowsNothing,
  roleArnShared,
} from '../../../../lib/review/lint/rules/aws.ts';
import { foundBy, foundInRole, trusting } from '../../../harness/lint.ts';

const ARN = 'role_arn: "arn:aws:iam::123456789012:role/web"';
const POLICY =
  'policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "s3:*", Resource: "*" }] }';
const ARNS = 'policy_arns: ["arn:aws:iam::123456789012:policy/upload"]';
function giving(...members: string[]): string {
  return trusting('organization_slug: acme, pipeline_slug: web', { rest: `aws: { ${members.join(', ')} }` });
}

describe('policy and policy_arns', () => {
  test('are found together', () => {
    expect(foundInRole(policyBesideArns, giving(ARN, POLICY, ARNS))).toEqual(['policy_arns']);
  });

  test.each([
    ['policy', giving(ARN, POLICY)],
    ['policy_arns', giving(ARN, ARNS)],
  ])('%s alone is left alone', (_name, role) => {
    expect(foundInRole(policyBesideArns, role)).toEqual([]);
  });
});

describe('one role of AWS', () => {
  const found = (a: string, b: string) => foundBy(roleArnShared, { 'roles/a.yml': a, 'roles/b.yml': b });

  test.each([
    ['bare', giving(ARN), giving(ARN)],
    ['narrowed by one alone', giving(ARN, POLICY), giving(ARN)],
  ])('is found in both of two, %s', (_name, a, b) => {
    expect(found(a, b)).toEqual(['role_arn', 'role_arn']);
  });

  test.each([
    ['narrowed by each', giving(ARN, POLICY), giving(ARN, ARNS)],
    ['beside another', giving(ARN), giving(ARN.replace('web', 'docs'))],
    ['beside what is none of AWS', giving(ARN), trusting('organization_slug: acme')],
  ])('is left alone %s', (_name, a, b) => {
    expect(found(a, b)).toEqual([]);
  });
});

function allowing(...statements: string[]): string {
  return giving(ARN, `policy: { Version: "2012-10-17", Statement: [${statements.join(', ')}] }`);
}

test.each([
  ['everything', allowing('{ Effect: Allow, Action: "*", Resource: "*" }'), ['Effect']],
  ['everything in lists', allowing('{ Effect: Allow, Action: ["s3:*", "*"], Resource: ["*"] }'), ['Effect']],
  [
    'everything beside something',
    allowing(
      '{ Effect: Allow, Action: "s3:*", Resource: "*" }',
      '{ Effect: Allow, Action: "*", Resource: "*" }',
    ),
    ['Effect'],
  ],
  [
    'what AWS calls an administrator',
    giving(ARN, 'policy_arns: ["arn:aws:iam::aws:policy/AdministratorAccess"]'),
    ['"arn:aws:iam::aws:policy/AdministratorAccess"'],
  ],
])('P18: finds a session policy of %s', (_name, role, found) => {
  expect(foundInRole(policyNarrowsNothing, role).map(each => each.replace(/^{ |:.* }$/g, ''))).toEqual(found);
});

test.each([
  ['some actions', allowing('{ Effect: Allow, Action: "s3:*", Resource: "*" }')],
  ['some resources', allowing('{ Effect: Allow, Action: "*", Resource: "arn:aws:s3:::a/*" }')],
  [
    'a condition',
    allowing(
      '{ Effect: Allow, Action: "*", Resource: "*", Condition: { Bool: { "aws:SecureTransport": true } } }',
    ),
  ],
  [
    'something denied',
    allowing(
      '{ Effect: Allow, Action: "*", Resource: "*" }',
      '{ Effect: Deny, Action: "iam:*", Resource: "*" }',
    ),
  ],
  ['no policy', giving(ARN)],
])('P18: leaves %s alone', (_name, role) => {
  expect(foundInRole(policyNarrowsNothing, role)).toEqual([]);
});
