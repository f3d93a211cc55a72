import { describe, expect, test } from 'vitest';
import { MAX_OPERANDS } from '../../lib/language/condition.ts';
import { BUILDKITE, compile, GITHUB, refusalsOf, roleFrom } from '../harness/policy.ts';
import { takeWhole, testRefusals } from '../harness/refusals.ts';
import { table } from '../harness/table.ts';

/** A role whose one statement has this on line 4, from column 7 on; the last line binds the tenant. */
function buildkite(claim: string): string {
  return `trust:
  - iss: ${BUILDKITE}
    claims:
      ${claim}
      organization_slug: acme
`;
}
function gitlab(claim: string): string {
  return `trust:
  - iss: https://gitlab.com
    claims:
      ${claim}
      project_path: acme/web
`;
}
function plain(claim: string): string {
  return `trust:
  - iss: https://plain.example
    claims:
      ${claim}
      tenant: acme
`;
}

/** Line 4 alone, compiled: name, operator and operands of each condition. */
function compiled(yaml: string): unknown[] {
  return (roleFrom(yaml).trust[0]?.conditions ?? [])
    .slice(0, -1)
    .map(({ name, operator, operands }) => [name, operator, ...operands]);
}

describe('a rule is compiled', () => {
  test.each<[string, string, unknown[]]>([
    ['a scalar as equals', buildkite('build_branch: main'), [['build_branch', 'equals', 'main']]],
    ['null as equals', buildkite('build_tag: null'), [['build_tag', 'equals', null]]],
    ['a number', buildkite('build_number: 5'), [['build_number', 'equals', 5]]],
    [
      'several operators as several conditions',
      buildkite('build_branch: { matches: [main, feature/*], not_equals: feature/x }'),
      [
        ['build_branch', 'matches', 'main', 'feature/*'],
        ['build_branch', 'not_equals', 'feature/x'],
      ],
    ],
    ['one pattern', buildkite('build_tag: { matches: v* }'), [['build_tag', 'matches', 'v*']]],
    ['a list with null', buildkite('build_tag: { in: [v1, null] }'), [['build_tag', 'in', 'v1', null]]],
    [
      'not_equals null, also of a claim that is never null',
      buildkite('build_branch: { not_equals: null }'),
      [['build_branch', 'not_equals', null]],
    ],
    ['not_in', buildkite('build_source: { not_in: [ui, api] }'), [['build_source', 'not_in', 'ui', 'api']]],
    ['a family of claims', buildkite('agent_tag:queue: default'), [['agent_tag:queue', 'equals', 'default']]],
    ['contains', gitlab('groups_direct: { contains: a/b }'), [['groups_direct', 'contains', 'a/b']]],
    [
      'contains_any',
      gitlab('groups_direct: { contains_any: [a, b] }'),
      [['groups_direct', 'contains_any', 'a', 'b']],
    ],
    ['any name where an issuer has no vocabulary', plain('colour: red'), [['colour', 'equals', 'red']]],
    ['T29: a claim named constructor', plain('constructor: x'), [['constructor', 'equals', 'x']]],
    ['any operand where an issuer has no vocabulary', plain('level: true'), [['level', 'equals', true]]],
    [
      'a pointer, outside of any vocabulary',
      buildkite('/https:~1~1aws.amazon.com~1tags/team: x'),
      [['/https:~1~1aws.amazon.com~1tags/team', 'equals', 'x']],
    ],
    [
      'the greatest whole number',
      buildkite('build_number: 9007199254740991'),
      [['build_number', 'equals', Number.MAX_SAFE_INTEGER]],
    ],
  ])('%s', (_name, yaml, conditions) => {
    expect(compiled(yaml)).toEqual(conditions);
  });
});

describe('a rule is refused', () => {
  const long = 'x'.repeat(2_049);
  const many = Array.from({ length: MAX_OPERANDS + 1 }, (_, index) => `b${index}`).join(', ');

  testRefusals(
    buildkite,
    table`
      claim-unknown 4:7    | a claim that the issuer does not send          | pipline_slug: web
      claim-unknown 4:7    | a prefix of a family alone                     | "agent_tag:": x
      claim-unknown 4:7    | T29: the constructor as a claim                | constructor: x
      claim-unknown 4:7    | a pointer of one segment                       | /build_branch: main
      wrong-type 4:21      | a list without an operator                     | build_branch: [main]
      empty 4:21           | no operator                                    | build_branch: {}
      unknown-key 4:23     | an unknown operator                            | build_branch: { equal: main }
      wrong-type 4:31      | a list under equals                            | build_branch: { equals: [main] }
      wrong-type 4:27      | one value under in                             | build_branch: { in: main }
      wrong-type 4:31      | one value under not_in                         | build_branch: { not_in: main }
      wrong-type 4:31      | a mapping under an operator                    | build_branch: { equals: { a: b } }
      wrong-type 4:34      | a list inside of a list                        | build_branch: { in: [main, [dev]] }
      empty 4:27           | an empty list under in                         | build_branch: { in: [] }
      empty 4:32           | an empty list under matches                    | build_branch: { matches: [] }
      too-many 4:27        | too many operands                              | build_branch: { in: [${many}] }
      wrong-value 4:21     | an operand that is too long                    | build_branch: ${long}
      operand-type 4:21    | T37: a number where the claim is text          | build_branch: 5
      operand-type 4:21    | T37: a boolean where the claim is text         | build_branch: true
      operand-type 4:21    | T37: text where the claim is a number          | build_number: "5"
      operand-type 4:21    | null where the claim is never null             | build_branch: null
      operand-type 4:34    | null in a list where it is never null          | build_branch: { in: [main, null] }
      operand-type 4:35    | T37: another type under not_equals             | build_branch: { not_equals: 5 }
      operand-type 4:32    | matches of a number                            | build_number: { matches: "5*" }
      operand-type 4:33    | contains of text                               | build_branch: { contains: main }
      wrong-value 4:21     | T28: a fraction                                | build_number: 1.5
      wrong-value 4:21     | T28: a whole number with a point               | build_number: 1.0
      wrong-value 4:21     | T28: a number beyond the safe range            | build_number: 9007199254740992
      wrong-value 4:21     | T37: digits with an exponent, such as a commit | build_commit: 1234567e10
      wrong-value 4:21     | T37: octal digits                              | build_commit: 0o17
      pattern-refused 4:32 | T74: two stars                                 | build_branch: { matches: feature/** }
      pattern-refused 4:32 | T74: a character class                         | build_branch: { matches: "v[12]" }
      pattern-refused 4:39 | T74: braces                                    | build_branch: { matches: ["a*", "{b,c}"] }
      pattern-refused 4:32 | an empty pattern                               | build_branch: { matches: "" }
      pattern-refused 4:32 | a pattern that is a number                     | build_branch: { matches: 5 }
    `,
  );

  testRefusals(
    plain,
    table`
      claim-unknown 4:7    | a pointer that is malformed, for any issuer | /a/~2: x
      wrong-value 4:14     | T28: a fraction, for any issuer             | level: 1.5
      pattern-refused 4:26 | a pattern that is null                      | colour: { matches: null }
    `,
  );

  testRefusals(
    gitlab,
    table`
      wrong-type 4:34   | a list under contains        | groups_direct: { contains: [a] }
      wrong-type 4:38   | one value under contains_any | groups_direct: { contains_any: a }
      operand-type 4:22 | equals of an array           | groups_direct: a
    `,
  );

  testRefusals(takeWhole, [
    ['pattern-refused 4:32', 'T74: a backslash', buildkite("build_branch: { matches: 'a\\*' }")],
  ]);
});

test('T35: a claim is known by its exact name alone', () => {
  expect(refusalsOf(buildkite('Build_Branch: main'))).toEqual(['claim-unknown 4:7']);
});

/** One statement of an issuer with these claims, which may or may not bind the tenant. */
function bound(issuer: string, claims: string): string {
  return `trust:\n  - iss: ${issuer}\n    claims: { ${claims} }\n`;
}
const GITLAB = 'https://gitlab.com';
const PLAIN = 'https://plain.example';

describe('T31: a trust statement binds the tenant', () => {
  test.each([
    ['Buildkite by slug', BUILDKITE, 'organization_slug: acme'],
    ['Buildkite by id', BUILDKITE, 'organization_id: 8e5c'],
    ['Buildkite by a list', BUILDKITE, 'organization_slug: { in: [acme, acme-labs] }'],
    ['GitHub by owner', GITHUB, 'repository_owner: acme'],
    ['GitHub by the id of the owner', GITHUB, 'repository_owner_id: "65"'],
    ['GitHub by repository', GITHUB, 'repository: acme/web'],
    ['GitHub by the id of the repository', GITHUB, 'repository_id: "74"'],
    ['GitHub by a pattern below an owner', GITHUB, 'repository: { matches: acme/* }'],
    ['GitHub by patterns below owners', GITHUB, 'repository: { matches: [acme/*, acme-labs/web-?] }'],
    ['GitLab by the path of a namespace', GITLAB, 'namespace_path: acme'],
    ['GitLab by the id of a namespace', GITLAB, 'namespace_id: "7"'],
    ['GitLab by the path of a project', GITLAB, 'project_path: acme/web'],
    ['GitLab by the id of a project', GITLAB, 'project_id: "9"'],
    ['CircleCI by its issuer', 'https://oidc.circleci.com/org/0b1c2d3e', 'oidc.circleci.com/project-id: x'],
    ['a plain issuer by what its row says', PLAIN, 'tenant: acme'],
  ])('%s', (_name, issuer, claims) => {
    expect(refusalsOf(bound(issuer, claims))).toEqual([]);
  });
});

describe('T31: a trust statement that leaves the tenant open is refused', () => {
  test.each([
    ['Buildkite by pipeline alone', BUILDKITE, 'pipeline_slug: web'],
    ['Buildkite by a pattern', BUILDKITE, 'organization_slug: { matches: acme }'],
    ['Buildkite by a negation', BUILDKITE, 'organization_slug: { not_equals: evil }'],
    ['Buildkite by empty text', BUILDKITE, 'organization_slug: ""'],
    ['Buildkite by a list with empty text', BUILDKITE, 'organization_slug: { in: [acme, ""] }'],
    ['Buildkite by sub', BUILDKITE, 'sub: "organization:acme:pipeline:web"'],
    ['Buildkite by a pointer of the same name', BUILDKITE, '/a/organization_slug: acme'],
    ['GitHub by ref alone', GITHUB, 'ref: refs/heads/main'],
    ['GitHub by a pattern on the owner', GITHUB, 'repository_owner: { matches: "acme*" }'],
    ['T32: GitHub by a pattern of any owner', GITHUB, 'repository: { matches: "*/web" }'],
    ['T32: GitHub by a pattern that ends inside the owner', GITHUB, 'repository: { matches: "acme*" }'],
    ['T32: GitHub by a ? before the slash', GITHUB, 'repository: { matches: "acm?/web" }'],
    ['GitHub by a pattern without an owner', GITHUB, 'repository: { matches: "/web*" }'],
    ['GitHub by patterns of which one is open', GITHUB, 'repository: { matches: [acme/*, "*/web"] }'],
    ['GitLab by ref alone', GITLAB, 'ref: main'],
    ['GitLab by a pattern on the project', GITLAB, 'project_path: { matches: acme/* }'],
    ['a plain issuer by another claim', PLAIN, 'team: acme'],
    ['a plain issuer by a number', PLAIN, 'tenant: 5'],
  ])('%s', (_name, issuer, claims) => {
    expect(refusalsOf(bound(issuer, claims))).toEqual(['binding-missing 2:5']);
  });
});

test.each([
  [
    'P25: an unknown operator is told with those that there are',
    'build_branch: { starts_with: a }',
    'contains_any',
  ],
  ['P25: null where a claim is never null', 'build_branch: null', 'never null'],
])('%s', (_name, rule, said) => {
  const yaml = `trust:\n  - iss: https://agent.buildkite.com\n    claims: { organization_slug: a, ${rule} }\n`;
  expect(
    compile(yaml)
      .complaints.map(({ message }) => message)
      .join(),
  ).toContain(said);
});
