import { describe, expect, test } from 'vitest';
import { BUILDKITE, buildkiteClaims, decideFor, refusalsOf, roleFrom } from '../../harness/policy.ts';

/** A role whose session policy is this JSON on line 5, from column 11 on. */
const withPolicy = (policy: string, more = ''): string => `trust:
  - { iss: ${BUILDKITE}, organization_slug: my-organization, pipeline_slug: my-pipeline }
aws:
  role_arn: arn:aws:iam::123456789012:role/deploy
  policy: ${policy}
${more}`;

const one = (statement: string): string => withPolicy(`{ Version: v, Statement: { ${statement} } }`);

/** A policy whose JSON is so many characters long. */
const policyOf = (length: number): string => {
  const empty = JSON.stringify({ Version: 'v', Statement: [{ Resource: '' }] });
  return JSON.stringify({ Version: 'v', Statement: [{ Resource: 'x'.repeat(length - empty.length) }] });
};

describe('a session policy is taken', () => {
  test.each<[string, string]>([
    ['with one statement that stands in no list', one('Resource: "x/${pipeline_slug}"')],
    ['with a variable of IAM as a key', one('Condition: { "${aws:PrincipalTag/team}": x }')],
    [
      'with variables of IAM beside its statements',
      withPolicy('{ Version: v, Id: "${aws:userid}", Statement: [{}] }'),
    ],
    ['T48: of the greatest length', withPolicy(policyOf(2_048))],
  ])('%s', (_name, yaml) => {
    expect(refusalsOf(yaml)).toEqual([]);
  });

  test('T48: of the greatest length, also when it is filled in', () => {
    const role = roleFrom(withPolicy(policyOf(2_048)));
    expect(decideFor(role, buildkiteClaims()).allowed).toBe(true);
  });
});

describe('a session policy is refused for', () => {
  test.each<[string, string, string[]]>([
    ['one character too many', withPolicy(policyOf(2_049)), ['wrong-value 5:11']],
    [
      'T42: a slot beside its statements',
      withPolicy('{ Version: v, Id: "${pipeline_slug}", Statement: [{}] }'),
      ['template-refused 5:29'],
    ],
    [
      'T42: a slot in the action of a statement that stands in no list',
      one('Action: "${pipeline_slug}"'),
      ['template-refused 5:46'],
    ],
    [
      'T42: an unbound claim in a statement that stands in no list',
      one('Resource: "${build_branch}"'),
      ['template-unbound 5:48'],
    ],
  ])('%s', (_name, yaml, refusals) => {
    expect(refusalsOf(yaml)).toEqual(refusals);
  });

  test('T42: a claim named as the request’s address, which only the request binds', () => {
    const yaml = `trust:
  - iss: https://plain.example
    claims: { tenant: acme }
    request: { source_ip: { in: [203.0.113.9] } }
aws:
  role_arn: arn:aws:iam::123456789012:role/deploy
  policy: { Version: v, Statement: [{ Resource: "\${source_ip}" }] }
`;
    expect(refusalsOf(yaml)).toEqual(['template-unbound 7:49']);
  });
});

test.each([
  ['a region', 'region: "${pipeline_slug}"', ['wrong-value 6:11', 'template-refused 6:11']],
  [
    'a transitive tag',
    'transitive_tags: ["${pipeline_slug}"]',
    ['wrong-value 6:21', 'template-refused 6:21'],
  ],
  ['a managed policy', 'policy_arns: ["${pipeline_slug}"]', ['wrong-value 6:17', 'template-refused 6:17']],
])('T44: %s that a claim names is refused', (_name, line, refusals) => {
  expect(refusalsOf(withPolicy('{ Version: v, Statement: [{}] }', `  ${line}\n`))).toEqual(refusals);
});

test('T46: a tag that is written out may be as long as AWS takes', () => {
  const tags = (length: number): string =>
    withPolicy('{ Version: v, Statement: [{}] }', `  tags: { team: ${'x'.repeat(length)} }\n`);
  expect(refusalsOf(tags(256))).toEqual([]);
  expect(refusalsOf(tags(257))).toEqual(['wrong-value 6:17']);
});
