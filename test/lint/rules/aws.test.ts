import { describe, expect, test } from 'vitest';
import { policyBesideArns, roleArnShared } from '../../../lib/lint/rules/aws.ts';
import { foundBy, foundInRole, trusting } from '../../harness/lint.ts';

const ARN = 'role_arn: "arn:aws:iam::123456789012:role/web"';
const POLICY =
  'policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "s3:*", Resource: "*" }] }';
const ARNS = 'policy_arns: ["arn:aws:iam::123456789012:policy/upload"]';
const giving = (...members: string[]): string =>
  trusting('organization_slug: acme, pipeline_slug: web', { rest: `aws: { ${members.join(', ')} }` });

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
