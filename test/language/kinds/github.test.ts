import { describe, expect, test } from 'vitest';
import type { GithubTarget } from '../../../lib/policy/targets/github.ts';
import { grantFor } from '../../harness/grant.ts';
import { BUILDKITE, buildkiteClaims, decideFor, roleFrom } from '../../harness/policy.ts';
import { takeWhole, testRefusals } from '../../harness/refusals.ts';
import { table } from '../../harness/table.ts';

/** A role whose statement has these scopes, with these lines under `github:`, which begin on line 6, column 3. */
function github(
  lines: readonly string[] = ['app: Iv23li', 'owner: acme', 'repositories: [web]'],
  { scopes = '[read]', permissions = '{ read: { contents: read } }' } = {},
): string {
  return [
    'trust:',
    `  - iss: ${BUILDKITE}`,
    '    claims: { organization_slug: my-organization, pipeline_slug: my-pipeline }',
    `    scopes: ${scopes}`,
    'github:',
    ...lines.map(line => `  ${line}`),
    `  permissions: ${permissions}`,
    '',
  ].join('\n');
}

function naming(repositories: string): string {
  return github(['app: Iv23li', 'owner: acme', `repositories: ${repositories}`]);
}
function targetOf(yaml: string, changes: object = {}): GithubTarget {
  return grantFor<GithubTarget>(yaml, { ...changes }).target;
}

test('T50: a target names the repositories and the permissions, and neither is ever empty', () => {
  expect(targetOf(github())).toEqual({
    kind: 'github',
    app: 'Iv23li',
    owner: 'acme',
    repositories: ['web'],
    permissions: { contents: 'read' },
  });
  const byNumber = github(['app: "12345"', 'installation: 42', 'repositories: [web]']);
  expect(targetOf(byNumber)).toMatchObject({ app: '12345', installation: 42 });
});

test.each([
  ['Iv1.server', { url: 'https://ghe.acme.example/api/v3', allowPrivateNetwork: true }],
  ['Iv23li', undefined],
])('the API of the app %s is where broker.yml says', (app, api) => {
  expect(targetOf(github([`app: ${app}`, 'owner: acme', 'repositories: [web]'])).api).toEqual(api);
});

test('GitHub makes tokens of an hour alone', () => {
  const role = roleFrom(github());
  expect(role.session).toEqual({ seconds: 3600, max: 3600, min: 3600 });
  expect(decideFor(role, buildkiteClaims(), { access: { seconds: 900 } })).toMatchObject({
    reason: 'seconds_below_minimum',
  });
});

describe('a scope stands for permissions', () => {
  const permissions =
    '{ read: { contents: read, packages: read }, write: { contents: write }, all: { contents: admin } }';

  test.each([
    { asked: ['read'], permissions: { contents: 'read', packages: 'read' } },
    { asked: ['write'], permissions: { contents: 'write' } },
    { asked: ['read', 'write'], permissions: { contents: 'write', packages: 'read' } },
    { asked: undefined, permissions: { contents: 'admin', packages: 'read' } },
  ])('$asked', ({ asked: scopes, permissions: granted }) => {
    const role = roleFrom(github(undefined, { scopes: '[all, read, write]', permissions }));
    const decision = decideFor(role, buildkiteClaims(), { access: { scopes } });
    expect(decision).toMatchObject({ allowed: true, grant: { target: { permissions: granted } } });
  });

  test('that the statement does not list is refused', () => {
    const role = roleFrom(github(undefined, { scopes: '[read]', permissions }));
    const decision = decideFor(role, buildkiteClaims(), { access: { scopes: ['write'] } });
    expect(decision).toMatchObject({ allowed: false, reason: 'scope_beyond_grant' });
  });
});

describe('a repository that a claim names', () => {
  test.each<[string, string, string[]]>([
    ['alone', '["${pipeline_slug}"]', ['my-pipeline']],
    ['within a name', '["ci.${pipeline_slug}"]', ['ci.my-pipeline']],
    ['after its owner', '["acme/${pipeline_slug}"]', ['my-pipeline']],
    ['that is named twice', '["${pipeline_slug}", my-pipeline, web]', ['my-pipeline', 'web']],
  ])('%s', (_name, repositories, names) => {
    expect(targetOf(naming(repositories)).repositories).toEqual(names);
  });

  const branch = naming('["${build_branch}"]').replace(
    'my-pipeline }',
    'my-pipeline, build_branch: { matches: "*" } }',
  );

  test.each([
    ['T42: with a path in it', 'main/../secrets'],
    ['T42: that is a path of another owner', 'other/web'],
    ['with a space', 'a b'],
    ['that is empty', ''],
    ['that is no text', null],
    ['T42: that is a folder', '..'],
    ['of 101 characters', 'x'.repeat(101)],
  ])('%s is a denial', (_name, build_branch) => {
    expect(decideFor(roleFrom(branch), buildkiteClaims({ build_branch }))).toMatchObject({
      allowed: false,
      ...(typeof build_branch === 'string' ? { reason: 'claim_not_usable', concerns: 'build_branch' } : {}),
    });
  });

  test('that has its own owner before it is taken', () => {
    expect(targetOf(branch, { build_branch: 'acme/web' }).repositories).toEqual(['web']);
  });
});

describe('T50: a role of github is refused for', () => {
  const app = 'app: Iv23li';
  const at = ['owner: acme', 'repositories: [web]'];
  testRefusals(takeWhole, [
    ['missing-key 6:3', 'no app', github(at)],
    ['wrong-type 6:8', 'an app that is a number', github(['app: 12345', ...at])],
    ['wrong-value 6:3', 'no place of its installation', github([app, 'repositories: [web]'])],
    ['wrong-value 6:3', 'two of them', github([app, 'installation: 1', ...at])],
    ['missing-key 6:3', 'no repositories', github([app, 'owner: acme'])],
    [
      'template-refused 7:10, wrong-value 7:10',
      'an owner that a claim names',
      github([app, 'owner: "${pipeline_slug}"', 'repositories: [web]']),
    ],
    ['empty 9:16', 'no permissions', github(undefined, { permissions: '{}' })],
    ['empty 9:24', 'a scope without any', github(undefined, { permissions: '{ read: {} }' })],
    [
      'wrong-value 9:36',
      'a permission of another level',
      github(undefined, { permissions: '{ read: { contents: all } }' }),
    ],
    [
      'wrong-value 9:24',
      'a permission that is none',
      github(undefined, { permissions: '{ read: { "contents/x": read } }' }),
    ],
    [
      'scopes-refused 2:5',
      'a statement with a scope that has no permissions',
      github(undefined, { scopes: '[delete]' }),
    ],
    ['scopes-refused 2:5', 'a statement without scopes', github().replace('    scopes: [read]\n', '')],
    [
      'scopes-refused 2:5',
      'a flat statement without scopes, which would mean those of packages',
      github().replace(/ {4}claims.*\n {4}scopes.*\n/, '    organization_slug: my-organization\n'),
    ],
    ['wrong-value 1:21', 'a session of less than an hour', `session: { seconds: 900 }\n${github()}`],
  ]);

  testRefusals(
    naming,
    table`
      empty 8:17            | an empty list of them                      | []
      wrong-value 8:18      | every repository                           | ["*"]
      wrong-value 8:18      | a repository of another owner              | [other/web]
      too-many 8:17         | 21 repositories                            | [${'web,'.repeat(21)}]
      template-unbound 8:18 | a repository by a claim that nothing binds | ["\${build_branch}"]
    `,
  );
});
