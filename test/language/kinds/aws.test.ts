import { describe, expect, test } from 'vitest';
import type { AwsTarget } from '../../../lib/policy/targets/aws.ts';
import { BUILDKITE, buildkiteClaims, decideFor, refusalsOf, roleFrom, saidOf } from '../../harness/policy.ts';
import { takeWhole, testRefusals } from '../../harness/refusals.ts';
import { table } from '../../harness/table.ts';

/** A role with these lines under `aws:`, whose `role_arn` is on line 6; they begin on line 7, column 3. */
function aws(...lines: string[]): string {
  return [
    'trust:',
    `  - iss: ${BUILDKITE}`,
    '    claims: { organization_slug: my-organization, pipeline_slug: my-pipeline }',
    `  - { iss: ${BUILDKITE}, organization_slug: my-organization, pipeline_slug: other }`,
    'aws:',
    '  role_arn: arn:aws:iam::123456789012:role/deploy',
    ...lines.map(line => `  ${line}`),
    '',
  ].join('\n');
}

/** A session policy with one statement: what is under test stands first, at column 48, and the rest is sound. */
function policy(statement: string): string {
  const rest = ['Effect: Allow', 'Action: "s3:GetObject"', 'Resource: "*"'].filter(
    each => !statement.includes(`${each.split(':')[0]}:`),
  );
  return aws(`policy: { Version: "2012-10-17", Statement: [{ ${[statement, ...rest].join(', ')} }] }`);
}

function targetOf(yaml: string, changes: { readonly [name: string]: unknown } = {}): AwsTarget {
  const decision = decideFor(roleFrom(yaml), buildkiteClaims(changes));
  if (!decision.allowed || decision.grant.target.kind !== 'aws') throw new Error(saidOf(decision));
  return decision.grant.target;
}

test('a target holds what the reviewed role says, with the safe defaults', () => {
  expect(targetOf(aws())).toEqual({
    kind: 'aws',
    roleArn: 'arn:aws:iam::123456789012:role/deploy',
    via: 'assume_role',
    region: undefined,
    // T44: the broker may assume every target role, so each demands a name of its own.
    externalId: 'kite-sts:tested',
    sourceIdentity: true,
    tags: [],
    transitiveTags: [],
    policy: undefined,
    policyArns: [],
    policyOf: 'role',
  });
});

test('a target holds all that a role can say', () => {
  const yaml = aws(
    'via: assume_role',
    'region: eu-west-1',
    'external_id: shared-with-payments',
    'source_identity: false',
    'tags: { pipeline: "${pipeline_slug}", team: web }',
    'transitive_tags: [team]',
    'policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]',
  );
  expect(targetOf(yaml)).toMatchObject({
    region: 'eu-west-1',
    externalId: 'shared-with-payments',
    sourceIdentity: false,
    tags: [
      { key: 'pipeline', value: 'my-pipeline' },
      { key: 'team', value: 'web' },
    ],
    transitiveTags: ['team'],
    policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
  });
});

test('T42: a session policy is filled in structurally, and IAM’s own variables pass', () => {
  const yaml = policy(
    'Effect: Allow, Action: "s3:PutObject", Resource: "arn:aws:s3:::site-${pipeline_slug}/${aws:username}"',
  );
  expect(JSON.parse(targetOf(yaml).policy ?? '')).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 's3:PutObject',
        Resource: 'arn:aws:s3:::site-my-pipeline/${aws:username}',
      },
    ],
  });
});

describe('via web_identity', () => {
  const federated = (...lines: string[]): string => aws('via: web_identity', ...lines);

  test('T44: a target has the subject of the role, which no role can set, and no external id', () => {
    expect(targetOf(federated())).toEqual({
      kind: 'aws',
      roleArn: 'arn:aws:iam::123456789012:role/deploy',
      via: 'web_identity',
      subject: 'role:tested',
      region: undefined,
      sourceIdentity: true,
      tags: [],
      transitiveTags: [],
      policy: undefined,
      policyArns: [],
      policyOf: 'role',
    });
  });

  test('T45: a session may last twelve hours', () => {
    expect(roleFrom(`session: { max_seconds: 43200 }\n${federated()}`).session).toEqual({
      seconds: 3600,
      max: 43_200,
      min: 900,
    });
  });

  test('T45: and via assume_role one hour', () => {
    expect(refusalsOf(`session: { max_seconds: 43200 }\n${aws()}`)).toEqual(['wrong-value 1:25']);
  });

  test.each<[string, string, string[]]>([
    ['an external id, which AWS does not take there', federated('external_id: ours'), ['wrong-value 8:3']],
    ['a subject of its own', federated('subject: admin'), ['unknown-key 8:3']],
  ])('a role is refused for %s', (_name, yaml, refusals) => {
    expect(refusalsOf(yaml)).toEqual(refusals);
  });
});

describe('a role of AWS is refused for', () => {
  const long = 'x'.repeat(257);

  testRefusals(takeWhole, [
    ['wrong-value 6:13', 'a role that is no ARN', aws().replace('arn:aws:iam', 'arn:aws:sts')],
    [
      'wrong-value 6:13, template-refused 6:13',
      'T44: a role that a claim names',
      aws().replace('deploy', '${pipeline_slug}'),
    ],
    [
      'wrong-value 7:11',
      'P19: a role of the government in Europe',
      aws('region: eu-west-1').replace('arn:aws:', 'arn:aws-us-gov:'),
    ],
  ]);

  testRefusals(
    aws,
    table`
      unknown-key 7:3                         | an unknown key                            | role_session_name: x
      wrong-value 7:8                         | a way that is not built                   | via: get_session_token
      wrong-value 7:11                        | a region of five parts                    | region: eu-west-1-2-3
      wrong-value 7:11                        | a region that is none                     | region: europe
      wrong-value 7:11                        | P19: a region of China                    | region: cn-north-1
      wrong-value 7:11                        | P19: a region of the government           | region: us-gov-west-1
      wrong-value 7:16                        | P19: a policy of another partition        | policy_arns: ["arn:aws-cn:iam::aws:policy/ReadOnlyAccess"]
      wrong-value 7:16                        | an external id of one character           | external_id: x
      wrong-value 7:16, template-refused 7:16 | an external id that a claim names         | external_id: "\${pipeline_slug}"
      wrong-value 7:9                         | T46: a tag of AWS itself                  | tags: { "aws:x": y }
      wrong-value 7:9                         | T46: tags that differ by case alone       | tags: { Team: a, team: b }
      wrong-value 7:19                        | T46: a tag with a hash                    | tags: { branch: "fix#1" }
      wrong-value 7:19                        | T46: a tag that is too long               | tags: { branch: ${long} }
      wrong-type 7:18                         | T37: a tag that is a number               | tags: { build: 5 }
      empty 7:9                               | empty tags                                | tags: {}
      wrong-value 7:9, template-refused 7:11  | T42: a tag whose key a claim names        | tags: { "\${pipeline_slug}": x }
      template-refused 7:14                   | T42: a tag from a claim that is not sent  | tags: { a: "\${pipline_slug}" }
      template-refused 7:14, wrong-value 7:14 | T42: a tag with a slot that is not closed | tags: { a: "\${pipeline_slug" }
      template-refused 7:14, wrong-value 7:14 | T42: a tag with a slot in a slot          | tags: { a: "\${/a/\${pipeline_slug}}" }
      template-refused 7:14                   | a tag with a variable of IAM              | tags: { a: "\${aws:username}" }
      wrong-value 7:3                         | a transitive tag that is no tag           | transitive_tags: [team]
      wrong-value 7:17                        | a managed policy that is no ARN           | policy_arns: [ReadOnlyAccess]
      wrong-value 7:11                        | a session policy without a version        | policy: { Statement: [{ Effect: Allow }] }
      wrong-value 7:11                        | a session policy without statements       | policy: { Version: "2012-10-17" }
      wrong-value 7:11                        | a session policy that is text             | policy: "{}"
      wrong-type 7:48                         | a statement of a policy that is text      | policy: { Version: "2012-10-17", Statement: [x] }
    `,
  );

  testRefusals(
    policy,
    table`
      wrong-value 7:11                        | T48: a session policy that is too long  | Resource: "arn:aws:s3:::${'x'.repeat(2_048)}"
      wrong-value 7:11                        | a session policy with another script    | Resource: "arn:aws:s3:::ветка"
      wrong-value 7:88                        | T28: a number beyond the safe range     | Condition: { NumericEquals: { "s3:a": 9007199254740993 } }
      wrong-value 7:88                        | T28: a number that JSON does not know   | Condition: { NumericEquals: { "s3:a": .nan } }
      template-refused 7:58                   | T42: a slot in an action                | Action: "\${pipeline_slug}"
      wrong-value 7:58, template-refused 7:58 | T42: a slot in an effect                | Effect: "\${pipeline_slug}"
      template-refused 7:71                   | T42: a slot in a key                    | Condition: { Bool: { "s3:\${pipeline_slug}": x } }
      template-refused 7:60                   | T42: a slot inside of a variable of IAM | Resource: "\${aws:PrincipalTag/\${pipeline_slug}}"
      template-unbound 7:60                   | T42: an unbound claim in a resource     | Resource: "arn:aws:s3:::x/\${build_branch}"
      template-unbound 7:86                   | T42: an unbound claim in a condition    | Condition: { StringLike: { "s3:a": ["\${build_branch}"] } }
    `,
  );

  test.each([
    ['not_equals', '{ not_equals: evil }'],
    ['not_in', '{ not_in: [evil] }'],
  ])('T42: a claim in a resource that one statement binds by %s only', (_name, rule) => {
    const yaml = policy('Resource: "arn:aws:s3:::x/${pipeline_slug}"').replace(
      'pipeline_slug: my-pipeline',
      `pipeline_slug: ${rule}`,
    );
    expect(refusalsOf(yaml)).toEqual(['template-unbound 7:60']);
  });
});

describe('P18: a session policy that AWS would refuse in every exchange', () => {
  testRefusals(
    policy,
    table`
      unknown-key 7:50                  | a key that is none                  | Efect: Allow
      unknown-key 7:50                  | a principal                         | Principal: "*"
      wrong-value 7:58                  | an effect that is none              | Effect: allow
      empty 7:58                        | no action                           | Action: []
      missing-key 7:50                  | Action and NotAction                | NotAction: "s3:*", Action: "s3:*"
      wrong-value 7:58                  | an action without its service       | Action: GetObject
      wrong-value 7:58                  | a wildcard for the service          | Action: "*:Get"
      wrong-value 7:60                  | a resource that is no ARN           | Resource: "site/*"
      wrong-type 7:60                   | a resource that is a number         | Resource: 5
      unknown-key 7:63                  | an operator that is none            | Condition: { StringEqual: { "aws:a": x } }
      unknown-key 7:63, wrong-type 7:72 | a condition without its operator    | Condition: { "aws:a": x }
      wrong-value 7:79                  | a condition key without its service | Condition: { StringEquals: { a: x } }
      empty 7:88                        | a condition on nothing              | Condition: { StringEquals: { "aws:a": [] } }
      wrong-value 7:55                  | a Sid with a hyphen                 | Sid: a-b
    `,
  );

  testRefusals(
    aws,
    table`
      missing-key 7:47             | no effect                   | policy: { Version: "2012-10-17", Statement: { Action: "*", Resource: "*" } }
      unknown-key 7:36, empty 7:11 | a key beside the statements | policy: { Version: "2012-10-17", Statment: [], Statement: [] }
      empty 7:11                   | no statement                | policy: { Version: "2012-10-17", Statement: [] }
      duplicate-id 7:110           | a Sid twice                 | policy: { Version: "2012-10-17", Statement: [{ Sid: A, Effect: Allow, Action: "*", Resource: "*" }, { Sid: A, Effect: Deny, Action: "*", Resource: "*" }] }
    `,
  );

  testRefusals(takeWhole, [
    ['wrong-value 7:22', 'another version', policy('Sid: a').replace('2012-10-17', '2012-10-18')],
    ['', 'no resource', policy('NotResource: ["*"]').replace(', Resource: "*"', '')],
  ]);

  test.each([
    ['an operator of sets', 'Condition: { "ForAllValues:StringLikeIfExists": { "aws:TagKeys": [a, b] } }'],
    [
      'a number and a truth',
      'Condition: { Bool: { "aws:SecureTransport": true }, NumericLessThan: { "s3:max-keys": 5 } }',
    ],
    ['wildcards in an action', 'Action: ["s3:Get*", "ec2:?escribe*", "aws-marketplace:*"]'],
    ['an ARN that is not complete', 'Resource: "arn:aws:sqs"'],
    ['a variable of IAM', 'Resource: "arn:aws:s3:::a/${aws:PrincipalTag/team}"'],
  ])('and not %s', (_name, statement) => {
    expect(refusalsOf(policy(statement))).toEqual([]);
  });
});

test.each([
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['eu-west-1', 'aws'],
  ['us-iso-east-1', 'aws-iso'],
])('P19: %s is a region of %s', (region, partition) => {
  expect(refusalsOf(aws(`region: ${region}`).replace('arn:aws:', `arn:${partition}:`))).toEqual([]);
});

test.each([
  ['equals', 'my-pipeline'],
  ['in', '{ in: [my-pipeline, api] }'],
  ['matches', '{ matches: "my-*" }'],
])('a claim in a resource may be bound by %s', (_name, rule) => {
  const yaml = policy('Resource: "arn:aws:s3:::x/${pipeline_slug}"').replace(
    'pipeline_slug: my-pipeline',
    `pipeline_slug: ${rule}`,
  );
  expect(refusalsOf(yaml)).toEqual([]);
});

describe('what a claim becomes is refused at the time of the request', () => {
  const bound = (resource: string): string =>
    policy(`Resource: "${resource}"`).replace(
      'pipeline_slug: my-pipeline',
      'pipeline_slug: { matches: "*" }',
    );

  test.each<[string, string, { readonly [name: string]: unknown }, string]>([
    [
      'T42: a star in a resource',
      bound('arn:aws:s3:::x/${pipeline_slug}/*'),
      { pipeline_slug: '*' },
      'claim_not_usable',
    ],
    [
      'T42: a way up in a resource',
      bound('arn:aws:s3:::x/${pipeline_slug}'),
      { pipeline_slug: '../y' },
      'claim_not_usable',
    ],
    [
      'T46: a hash in a tag',
      aws('tags: { b: "${build_branch}" }'),
      { build_branch: 'fix#1' },
      'claim_not_usable',
    ],
    ['a tag from a claim that is null', aws('tags: { t: "${build_tag}" }'), {}, 'claim_not_usable'],
    [
      'T46: a tag that is too long',
      aws('tags: { b: "${build_branch}" }'),
      { build_branch: 'x'.repeat(257) },
      'tag_too_long',
    ],
    [
      'T48: a session policy that becomes too long, never sent without it',
      bound('${pipeline_slug}/${pipeline_slug}'),
      { pipeline_slug: 'x'.repeat(1_024) },
      'session_policy_too_large',
    ],
  ])('%s', (_name, yaml, changes, reason) => {
    expect(saidOf(decideFor(roleFrom(yaml), buildkiteClaims(changes)))).toBe(reason);
  });

  test('a tag of the greatest length is taken', () => {
    const branch = 'x'.repeat(256);
    const { tags } = targetOf(aws('tags: { b: "${build_branch}" }'), { build_branch: branch });
    expect(tags).toEqual([{ key: 'b', value: branch }]);
  });
});

describe('a caller’s own session policy', () => {
  const READ = {
    policy: '{"Version":"2012-10-17","Statement":[]}',
    policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
  };
  const decided = (yaml: string) =>
    decideFor(roleFrom(yaml), buildkiteClaims(), { access: { sessionPolicy: READ } });

  test('goes along where the role has none', () => {
    const decision = decided(aws());
    expect(decision.allowed && decision.grant.target).toMatchObject(READ);
  });

  test.each([
    ['a policy', policy('Effect: Allow, Action: "s3:*", Resource: "*"')],
    ['policies by ARN', aws('policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]')],
  ])('T48: is refused where the role has %s, since two cannot be intersected by merging', (_name, yaml) => {
    expect(saidOf(decided(yaml))).toBe('session_policy_refused');
  });
});
