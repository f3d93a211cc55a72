import { describe, expect, test } from 'vitest';
import { BUILDKITE, buildkiteClaims, decideFor, refusalsOf, roleFrom } from '../../harness/policy.ts';
import { takeWhole, testRefusals } from '../../harness/refusals.ts';
import { table } from '../../harness/table.ts';

/** A role whose session policy is this JSON on line 5, from column 11 on. */
function withPolicy(policy: string, more = ''): string {
  return `trust:
  - { iss: ${BUILDKITE}, organization_slug: my-organization, pipeline_slug: my-pipeline }
aws:
  role_arn: arn:aws:iam::123456789012:role/deploy
  policy: ${policy}
${more}`;
}

/** A policy with one statement: what is under test stands first, and the rest is sound. */
function one(statement: string): string {
  const rest = ['Effect: Allow', 'Action: "*"', 'Resource: "*"'].filter(
    each => !statement.includes(`${each.split(':')[0]}:`),
  );
  return withPolicy(`{ Version: "2012-10-17", Statement: { ${[statement, ...rest].join(', ')} } }`);
}

/** A policy whose JSON is so many characters long. */
function policyOf(length: number): string {
  const statement = { Effect: 'Allow', Action: '*' };
  const withResource = (Resource: string) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Resource }] });
  return withResource(`arn:${'x'.repeat(length - withResource('arn:').length)}`);
}

describe('a session policy is taken', () => {
  test.each<[string, string]>([
    ['with one statement that stands in no list', one('Resource: "arn:aws:s3:::x/${pipeline_slug}"')],
    [
      'with a variable of IAM as a key',
      one('Condition: { StringEquals: { "s3:${aws:PrincipalTag/team}": x } }'),
    ],
    [
      'with variables of IAM beside its statements',
      withPolicy(
        '{ Version: "2012-10-17", Id: "${aws:userid}", Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] }',
      ),
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
  testRefusals(takeWhole, [['wrong-value 5:11', 'one character too many', withPolicy(policyOf(2_049))]]);

  testRefusals(
    withPolicy,
    table`
      template-refused 5:40 | T42: a slot beside its statements | { Version: "2012-10-17", Id: "\${pipeline_slug}", Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] }
    `,
  );

  testRefusals(
    one,
    table`
      template-refused 5:57 | T42: a slot in the action of a statement that stands in no list | Action: "\${pipeline_slug}"
      template-unbound 5:59 | T42: an unbound claim in a statement that stands in no list  | Resource: "\${build_branch}"
    `,
  );

  test('T42: a claim named as the request’s address, which only the request binds', () => {
    const yaml = `trust:
  - iss: https://plain.example
    claims: { tenant: acme }
    request: { source_ip: { in: [203.0.113.9] } }
aws:
  role_arn: arn:aws:iam::123456789012:role/deploy
  policy: { Version: "2012-10-17", Statement: [{ Resource: "\${source_ip}", Effect: Allow, Action: "*" }] }
`;
    expect(refusalsOf(yaml)).toEqual(['template-unbound 7:60']);
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
  expect(
    refusalsOf(
      withPolicy(
        '{ Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] }',
        `  ${line}\n`,
      ),
    ),
  ).toEqual(refusals);
});

test('T46: a tag that is written out may be as long as AWS takes', () => {
  const tags = (length: number): string =>
    withPolicy(
      '{ Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] }',
      `  tags: { team: ${'x'.repeat(length)} }\n`,
    );
  expect(refusalsOf(tags(256))).toEqual([]);
  expect(refusalsOf(tags(257))).toEqual(['wrong-value 6:17']);
});
