import { describe, expect, test } from 'vitest';
import type { BuildkiteTarget } from '../../../lib/policy/targets/buildkite.ts';
import { grantFor } from '../../harness/grant.ts';
import { BUILDKITE, buildkiteClaims, decideFor, roleFrom } from '../../harness/policy.ts';
import { takeWhole, testRefusals } from '../../harness/refusals.ts';
import { table } from '../../harness/table.ts';

const LINES = [
  'app: 0123456789abcdef0123',
  'organization: my-organization',
  'user: packages-bot@acme.example',
  'scopes: [read_packages, write_packages]',
];

/** A role of this statement, with these lines under `buildkite:`, which begin on line 6, column 3. */
function buildkite(lines: readonly string[] = LINES, scopes = '    scopes: [write_packages]'): string {
  return [
    'trust:',
    `  - iss: ${BUILDKITE}`,
    '    claims: { organization_slug: my-organization, pipeline_slug: my-pipeline }',
    scopes,
    'buildkite:',
    ...lines.map(line => `  ${line}`),
    '',
  ].join('\n');
}

/** The same with one line in the place of the one that has its key. */
function having(line: string): string {
  return buildkite(LINES.map(each => (each.split(':')[0] === line.split(':')[0] ? line : each)));
}

test('a target holds what the reviewed role says, and the user is a literal', () => {
  expect(grantFor<BuildkiteTarget>(buildkite())).toMatchObject({
    scopes: ['write_packages'],
    seconds: 3600,
    target: {
      kind: 'buildkite',
      app: '0123456789abcdef0123',
      organization: 'my-organization',
      user: { by: 'email', value: 'packages-bot@acme.example' },
    },
  });
  const value = '0184990a-4782-42b5-afc1-16715b10b8ff';
  expect(grantFor<BuildkiteTarget>(having(`user: ${value}`)).target.user).toEqual({ by: 'uuid', value });
});

test('T90: by a workload identity its subject is the role, and Buildkite says how long it lasts', () => {
  const lines = ['client_id: wi_1', ...LINES.filter(line => /^(org|sc)/.test(line))];
  expect(grantFor<BuildkiteTarget>(buildkite(lines))).toMatchObject({
    scopes: ['write_packages'],
    seconds: 3600,
    target: {
      kind: 'buildkite',
      organization: 'my-organization',
      clientId: 'wi_1',
      subject: 'role:tested',
    },
  });
});

test('a flat statement of Buildkite’s registries means to read and to write, as it did there', () => {
  const flat = buildkite().replace(
    / {4}claims.*\n {4}scopes.*\n/,
    '    organization_slug: my-organization\n    pipeline_slug: my-pipeline\n',
  );
  expect(grantFor(flat).scopes).toEqual(['read_packages', 'write_packages']);
});

test.each<[string, string[] | undefined, string | string[]]>([
  ['fewer', ['write_packages'], ['write_packages']],
  ['all', undefined, ['write_packages']],
  ['more than the statement gives', ['read_packages'], 'scope_beyond_grant'],
  ['more than the role lists', ['write_agents'], 'scope_beyond_grant'],
])('of the scopes a step may ask for %s', (_name, scopes, expected) => {
  const decision = decideFor(roleFrom(buildkite()), buildkiteClaims(), { access: { scopes } });
  expect(decision.allowed ? decision.grant.scopes : decision.reason).toEqual(expected);
});

test.each([30, 3600, 86_400])('a session of %i seconds is one that Buildkite makes', seconds => {
  expect(grantFor(`session: { seconds: ${seconds} }\n${buildkite()}`).seconds).toBe(seconds);
});

describe('a role of buildkite is refused for', () => {
  testRefusals(
    having,
    table`
      template-refused 8:9, wrong-value 8:9   | T42: a user that a claim names     | user: "\${job_id}@acme.example"
      wrong-value 8:9                         | a user that is a name              | user: packages-bot
      wrong-value 7:17                        | an organization by its name        | organization: My Organization
      template-refused 7:17, wrong-value 7:17 | an organization that a claim names | organization: "\${organization_slug}"
      empty 9:11                              | no scopes at all                   | scopes: []
    `,
  );

  testRefusals(takeWhole, [
    ['missing-key 6:3', 'scopes that are not said', buildkite(LINES.slice(0, 3))],
    ['wrong-value 6:3', 'no user', buildkite(LINES.filter(line => !line.startsWith('user')))],
    ['wrong-value 6:3', 'no app', buildkite(LINES.filter(line => !line.startsWith('app')))],
    ['wrong-value 6:3', 'both ways at once', buildkite([...LINES, 'client_id: wi_1'])],
    [
      'template-refused 6:14, wrong-value 6:14',
      'T90: a workload identity that a claim names',
      buildkite(['client_id: "${pipeline_slug}"', ...LINES.filter(line => /^(org|sc)/.test(line))]),
    ],
    [
      'unknown-key 7:3',
      'T90: an audience of its own',
      buildkite(['client_id: wi_1', 'audience: a', ...LINES.filter(line => /^(org|sc)/.test(line))]),
    ],
    ['scopes-refused 2:5', 'a statement without scopes', buildkite(LINES, '')],
    [
      'scopes-refused 2:5',
      'a statement with more scopes than the role',
      buildkite(LINES, '    scopes: [admin]'),
    ],
    ['wrong-value 1:21', 'a session of less than 30 seconds', `session: { seconds: 29 }\n${buildkite()}`],
    ['wrong-value 1:21', 'a session of more than a day', `session: { seconds: 86401 }\n${buildkite()}`],
  ]);
});
