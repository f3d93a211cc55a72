import { describe, expect, test } from 'vitest';
import type { JwtTarget } from '../../../lib/policy/targets/jwt.ts';
import {
  BUILDKITE,
  buildkiteClaims,
  decideFor,
  GITHUB,
  githubClaims,
  refusalsOf,
  roleFrom,
  rowsFrom,
  saidOf,
  settingOf,
} from '../../harness/policy.ts';
import { takeWhole, testRefusals } from '../../harness/refusals.ts';
import { table } from '../../harness/table.ts';

/** A role with these lines under `jwt:`, whose audience is on line 5; they begin on line 6, column 3. */
function jwt(...lines: string[]): string {
  return [
    'trust:',
    `  - { iss: ${BUILDKITE}, organization_slug: my-organization, pipeline_id: p1 }`,
    `  - { iss: ${GITHUB}, repository_id: "74", ref: refs/heads/main }`,
    'jwt:',
    '  audience: https://api.test.example',
    ...lines.map(line => `  ${line}`),
    '',
  ].join('\n');
}

/** The same for Buildkite alone, so that a template may name its claims; `jwt:` lines begin on line 5. */
function alone(...lines: string[]): string {
  return jwt(...lines).replace(/\n.*GITHUB.*|\n.*githubusercontent.*/, '');
}

function targetOf(yaml: string, made = buildkiteClaims({ pipeline_id: 'p1' })): JwtTarget {
  const decision = decideFor(roleFrom(yaml), made);
  if (!decision.allowed || decision.grant.target.kind !== 'jwt') throw new Error(saidOf(decision));
  return decision.grant.target;
}

test('a token of ours is for the role, whoever asks', () => {
  const target = { kind: 'jwt', audience: 'https://api.test.example', subject: 'role:tested', claims: {} };
  expect(targetOf(jwt())).toEqual(target);
  expect(targetOf(jwt(), githubClaims())).toEqual(target);
});

test('subject: pipeline appends the id that the winning statement binds', () => {
  expect(targetOf(jwt('subject: pipeline')).subject).toBe('role:tested:p1');
  expect(targetOf(jwt('subject: pipeline'), githubClaims()).subject).toBe('role:tested:74');
});

test('subject: role is the default', () => {
  expect(targetOf(jwt('subject: role')).subject).toBe('role:tested');
});

test('claims are values, lists of values, and claims of the subject token', () => {
  const yaml = alone(
    'claims: { registry: acme, level: 5, on: true, none: null, list: [a, "${build_branch}"], branch: "${build_branch}" }',
  );
  expect({ ...targetOf(yaml).claims }).toEqual({
    registry: 'acme',
    level: 5,
    on: true,
    none: null,
    list: ['a', 'main'],
    branch: 'main',
  });
});

test('T42: a claim that cannot be used is a denial that names it', () => {
  const role = roleFrom(alone('claims: { branch: "${build_branch}" }'));
  const decision = decideFor(role, buildkiteClaims({ pipeline_id: 'p1', build_branch: 'a*' }));
  expect(decision).toMatchObject({ allowed: false, reason: 'claim_not_usable', concerns: 'build_branch' });
});

describe('S9: a claim with text: true takes any text', () => {
  const role = roleFrom(
    alone('claims: { branch: { value: ["b ${build_branch}"], text: true }, strict: "${pipeline_slug}" }'),
  );
  const made = (branch: string) => buildkiteClaims({ pipeline_id: 'p1', build_branch: branch });

  test.each(['fix#1', 'feature/my branch', '日本語', '*', 'a "b"'])('%s', branch => {
    const decision = decideFor(role, made(branch));
    const target = decision.allowed ? (decision.grant.target as JwtTarget) : undefined;
    expect({ ...target?.claims }).toEqual({ branch: [`b ${branch}`], strict: 'my-pipeline' });
  });

  test.each(['a\nb', 'a\u202eb', 'x'.repeat(1025)])('T42: and not %j', branch => {
    expect(decideFor(role, made(branch))).toMatchObject({
      reason: 'claim_not_usable',
      unusable: { claim: 'build_branch', place: 'jwt.claims.branch[0]' },
    });
  });

  test('T42: text: false is as strict as to say nothing', () => {
    const strict = roleFrom(alone('claims: { branch: { value: "${build_branch}", text: false } }'));
    expect(decideFor(strict, made('fix#1'))).toMatchObject({ reason: 'claim_not_usable' });
  });
});

test('a pipeline id that cannot be used is a denial that names it', () => {
  const role = roleFrom(jwt('subject: pipeline').replace('pipeline_id: p1', 'pipeline_id: "p 1"'));
  const decision = decideFor(role, buildkiteClaims({ pipeline_id: 'p 1' }));
  expect(decision).toMatchObject({ allowed: false, reason: 'claim_not_usable', concerns: 'pipeline_id' });
});

describe('a role of jwt is refused for', () => {
  const many = Array.from({ length: 51 }, (_, index) => `c${index}: x`).join(', ');

  testRefusals(takeWhole, [
    [
      'missing-key 5:3',
      'no audience',
      jwt().replace('  audience: https://api.test.example', '  seconds: 60'),
    ],
    ['wrong-type 5:13', 'two audiences', jwt().replace('https://api.test.example', '[a, b]')],
    [
      'template-refused 5:13',
      'an audience that a claim names',
      jwt().replace('api.test', '${pipeline_slug}'),
    ],
    [
      'audience-shared 5:3',
      'an audience of AWS',
      jwt().replace('https://api.test.example', 'sts.amazonaws.com'),
    ],
    [
      'audience-shared 5:3',
      'an audience of Entra',
      jwt().replace('https://api.test.example', 'api://AzureADTokenExchange'),
    ],
    [
      'audience-shared 5:3',
      'an audience of Google',
      jwt().replace('https://api.test.example', '//iam.googleapis.com/projects/1'),
    ],
    [
      'template-refused 4:13',
      'an audience that a claim names, though every issuer sends it',
      alone().replace('api.test', '${pipeline_slug}'),
    ],
    [
      'audience-shared 6:3',
      'an audience of AWS after other keys',
      jwt().replace('audience: https://api.test.example', 'seconds: 60\n  audience: sts.amazonaws.com'),
    ],
    [
      'template-unbound 6:12',
      'T42: a subject by pipeline that one statement leaves open',
      jwt('subject: pipeline').replace('repository_id: "74"', 'repository: acme/web'),
    ],
  ]);

  testRefusals(
    jwt,
    table`
      wrong-value 6:16      | T28: a number beyond the safe range       | claims: { a: 9007199254740993 }
      wrong-value 6:20      | T28: a number that is infinite            | claims: { a: [1, 1e400] }
      wrong-value 6:16      | T28: a number that JSON does not know     | claims: { a: .nan }
      wrong-value 6:16      | T28: a whole number written as a fraction | claims: { a: 1.0 }
      wrong-value 6:12      | a subject of its own                      | subject: admin
      wrong-value 6:12      | too short a life                          | seconds: 59
      wrong-value 6:12      | too long a life                           | seconds: 3601
      wrong-value 6:13      | a registered claim                        | claims: { sub: admin }
      wrong-value 6:13      | a registered claim in another case        | claims: { Scope: x }
      wrong-value 6:13      | the claim of an actor                     | claims: { act: x }
      wrong-value 6:13      | T30: the session tags of AWS              | claims: { "https://aws.amazon.com/tags": x }
      wrong-value 6:13      | T30: the tags of AWS in another case      | claims: { "HTTPS://AWS.amazon.com/x": y }
      wrong-value 6:13      | a name with a space                       | claims: { "a b": x }
      wrong-type 6:16       | a nested claim                            | claims: { a: { b: c } }
      wrong-type 6:16       | text without a value                      | claims: { a: { text: true } }
      missing-key 6:16      | a value without text                      | claims: { a: { value: "\${sub}" } }
      wrong-value 6:25      | text of what no claim fills in            | claims: { a: { value: b, text: true } }
      wrong-type 6:41       | text that is no truth                     | claims: { a: { value: "\${sub}", text: yes } }
      wrong-type 6:16       | a list in a list                          | claims: { a: [b, [c]] }
      empty 6:11            | empty claims                              | claims: {}
      too-many 6:11         | too many claims                           | claims: { ${many} }
      template-refused 6:16 | a claim that one issuer does not send     | claims: { b: "\${build_branch}" }
      unknown-key 6:3       | an unknown key                            | issuer: x
    `,
  );

  testRefusals(
    alone,
    table`
      template-refused 5:13 | a key that a claim names | claims: { "\${build_branch}": x }
    `,
  );

  test('a subject by pipeline where an issuer has no pipelines', () => {
    const setting = settingOf(
      rowsFrom('- { issuer: https://one.example, jwks_uri: https://one.example/k, single_tenant: true }\n'),
    );
    const yaml =
      'trust:\n  - { iss: https://one.example, team: web }\njwt: { audience: a, subject: pipeline }\n';
    expect(refusalsOf(yaml, setting)).toEqual(['template-unbound 3:30']);
  });

  test.each([
    ['empty', '${}'],
    ['a pointer of one segment', '${/team}'],
    ['one in another', '${a${team}}'],
  ])('T42: a slot that names no claim, for an issuer without a vocabulary: %s', (_name, slot) => {
    const yaml = `trust:\n  - { iss: https://plain.example, tenant: acme }\njwt:\n  audience: a\n  claims: { x: "${slot}" }\n`;
    expect(refusalsOf(yaml)).toEqual(['template-refused 5:16']);
  });
});

test('a claim may be filled from a pointer, outside of any vocabulary', () => {
  expect(refusalsOf(alone('claims: { team: "${/https:~1~1aws.amazon.com~1tags/team}" }'))).toEqual([]);
});

test('an audience of a cloud is taken when the role says that it is meant', () => {
  expect(
    refusalsOf(jwt('federation: true').replace('https://api.test.example', 'sts.amazonaws.com')),
  ).toEqual([]);
});
