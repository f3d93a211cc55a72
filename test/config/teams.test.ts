import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/load.ts';
import { complaintsOf, configFiles, folderOf } from '../harness/local.ts';
import { blocks, read } from '../harness/markdown.ts';

const FILES = configFiles();
const ALL = 'roles: ["*"]';
const BOTH = 'targets: { aws: ["123456789012"], jwt: [https://packages.test.example] }';

/** A file of one team with these keys. */
function teamsFile(...keys: readonly string[]): string {
  return ['owners: ["@acme/platform"]', 'teams:', '  web:', ...keys.map(key => `    ${key}`), ''].join('\n');
}
function ofWeb(...keys: readonly string[]): string {
  return teamsFile('owners: ["@acme/web"]', ...keys);
}

function complaintsWith(teams: string, more: object = {}): string[] {
  return complaintsOf({ ...FILES, 'teams.yml': teams, ...more });
}

describe('a configuration with teams loads', () => {
  test.each<[name: string, teams: string]>([
    ['when one team has every role', ofWeb(ALL, BOTH)],
    ['when sessions are as long as they may be', ofWeb(ALL, BOTH, 'max_seconds: 3600')],
    [
      'when each role is of one of two',
      `${ofWeb('roles: [deploy]', 'targets: { aws: ["123456789012"] }')}  registry: { owners: [platform@acme.example], roles: ["publi*", release], targets: { jwt: [https://packages.test.example] } }\n`,
    ],
  ])('%s', (_name, teams) => {
    expect(complaintsWith(teams)).toEqual([]);
  });

  test('and knows them; without the file there are none', () => {
    const { config } = loadConfig(folderOf({ ...FILES, 'teams.yml': ofWeb(ALL, BOTH) }));
    expect(config?.teams).toMatchObject({ owners: ['@acme/platform'], teams: { web: { roles: ['*'] } } });
    expect(loadConfig(folderOf(FILES)).config?.teams).toBeUndefined();
  });
});

describe('a role is refused', () => {
  test.each<[name: string, teams: string, complaints: readonly string[]]>([
    ['that no team has', ofWeb('roles: [deploy, release]', BOTH), ['roles/publish.yml:2:1 team-unclear']],
    [
      'that two teams have',
      `${ofWeb(ALL, BOTH)}  other: { owners: ["@acme/other"], roles: ["dep*"], ${BOTH} }\n`,
      ['roles/deploy.yml:2:1 team-unclear'],
    ],
    [
      'T44: that targets an account which is not its team’s',
      ofWeb(ALL, BOTH.replace('123456789012', '210987654321')),
      ['roles/deploy.yml:6:1 team-exceeded'],
    ],
    [
      'that gets a kind of credential of which its team names nothing',
      ofWeb(ALL, 'targets: { aws: ["123456789012"] }'),
      ['roles/publish.yml:6:1 team-exceeded', 'roles/release.yml:5:1 team-exceeded'],
    ],
    [
      'whose sessions are longer than its team’s, by default',
      ofWeb(ALL, BOTH, 'max_seconds: 1800'),
      ['roles/deploy.yml:2:1 team-exceeded'],
    ],
  ])('%s', (_name, teams, complaints) => {
    expect(complaintsWith(teams)).toEqual(complaints);
  });

  test.each([
    ['as it says itself', 'session: { seconds: 900, max_seconds: 3600 }', '7:26'],
    ['by what it says of their usual length', 'session: { seconds: 3600 }', '7:1'],
  ])('whose sessions are longer than its team’s, %s', (_name, session, place) => {
    const deploy = { 'roles/deploy.yml': `${FILES['roles/deploy.yml']}${session}\n` };
    expect(complaintsWith(ofWeb(ALL, BOTH, 'max_seconds: 1800'), deploy)).toEqual([
      `roles/deploy.yml:${place} team-exceeded`,
    ]);
  });
});

describe('T97: how far a team may reach is said as narrowly as it wants,', () => {
  const GITHUB_ROLE = `trust:\n  - iss: https://agent.buildkite.com\n    scopes: [read]\n    claims: { organization_slug: acme, pipeline_slug: web }\ngithub: { app: Iv23li, owner: acme, repositories: [web, site-a], permissions: { read: { contents: read } } }\n`;
  const BOT = `trust:\n  - iss: https://agent.buildkite.com\n    scopes: [read_builds]\n    claims: { organization_slug: acme, pipeline_slug: web }\nbuildkite: { app: app-1, organization: acme, user: bot@acme.example, scopes: [read_builds] }\n`;
  const more = { 'roles/hub.yml': GITHUB_ROLE, 'roles/bot.yml': BOT };
  const of = (targets: string) => ofWeb(ALL, `targets: { jwt: ["*"], ${targets} }`);

  test.each<[targets: string, beyond: readonly string[]]>([
    ['aws: ["123456789012"], github: [acme], buildkite: [acme]', []],
    ['aws: ["arn:aws:iam::123456789012:role/*"], github: ["acme/*"], buildkite: ["acme/bot@*"]', []],
    ['aws: ["*"], github: [acme/web, "acme/site-?"], buildkite: [acme/bot@acme.example]', []],
    [
      'aws: ["arn:aws:iam::123456789012:role/other-*"], github: [acme], buildkite: [acme]',
      ['roles/deploy.yml'],
    ],
    ['aws: ["*"], github: [acme/web], buildkite: [acme]', ['roles/hub.yml']],
    [
      'aws: ["*"], github: ["acme-*"], buildkite: [acme/other@acme.example]',
      ['roles/bot.yml', 'roles/hub.yml'],
    ],
  ])('%s', (targets, beyond) => {
    const files = complaintsWith(of(targets), more).map(each => each.split(':')[0]);
    expect(files).toEqual(beyond);
  });
});

describe('T44: a target that roles of two teams lead to is refused', () => {
  const TWO = (web: string, other: string): string =>
    `${ofWeb('roles: [deploy, publish, release]', BOTH, ...(web ? [web] : []))}  other: { owners: ["@acme/other"], roles: [twin], ${BOTH}${other && `, ${other}`} }\n`;
  const more = { 'roles/twin.yml': FILES['roles/deploy.yml'] };
  const SHARED = 'shared: ["arn:aws:iam::123456789012:role/*"]';

  test.each<[name: string, web: string, other: string, refused: number]>([
    ['where nobody says so', '', '', 2],
    ['where one alone says so', SHARED, '', 2],
    ['but not where both do', SHARED, SHARED, 0],
  ])('%s', (_name, web, other, refused) => {
    const complaints = complaintsWith(TWO(web, other), more);
    expect(complaints.filter(each => each.endsWith('team-exceeded'))).toHaveLength(refused);
    expect(complaints).toHaveLength(refused);
  });
});

test.each<[name: string, external: string, refused: readonly string[]]>([
  ['another role’s', 'kite-sts:publish', ['wrong-value']],
  ['a role’s that there is not, as after a rename', 'kite-sts:old-name', []],
  ['no role’s', 'acme-4711', []],
  ['its own', 'kite-sts:deploy', []],
])('T44: the external id of a role may be, or not: %s', (_name, external, refused) => {
  const deploy = (FILES['roles/deploy.yml'] ?? '').replace('aws: {', `aws: { external_id: "${external}",`);
  const complaints = complaintsOf({ ...FILES, 'roles/deploy.yml': deploy });
  expect(complaints.map(each => each.split(' ')[1])).toEqual(refused);
});

describe('teams.yml is refused', () => {
  test.each<[name: string, teams: string, complaints: readonly string[]]>([
    ['with a key that is mistyped', ofWeb(ALL, BOTH, 'max_second: 60'), ['teams.yml:7:5 unknown-key']],
    ['with a kind that there is not', ofWeb(ALL, 'targets: { asw: ["1"] }'), ['teams.yml:6:16 unknown-key']],
    [
      'with an account that is a number: a leading zero would be lost',
      ofWeb(ALL, 'targets: { aws: [012345678901] }'),
      ['teams.yml:6:22 wrong-type'],
    ],
    ['with a pattern that is none', ofWeb('roles: ["web-**"]', BOTH), ['teams.yml:5:13 pattern-refused']],
    ['with a team that has no owner', teamsFile(ALL, BOTH), ['teams.yml:4:5 missing-key']],
    [
      'with an owner that would be another file’s',
      teamsFile('owners: ["@acme/web *"]', ALL, BOTH),
      ['teams.yml:4:14 wrong-value'],
    ],
    ['when it is empty', '', ['teams.yml:1:1 empty']],
  ])('%s', (_name, teams, complaints) => {
    expect(complaintsWith(teams)).toEqual(complaints);
  });
});

test('what the page shows is sound', () => {
  const shown = blocks(read('docs/reference/configuration.md')).filter(({ words }) =>
    words.includes('teams'),
  );
  const { 'broker.yml': broker = '' } = FILES;
  expect(shown.length).toBeGreaterThan(0);
  expect(
    shown.map(({ text }) => complaintsOf({ 'broker.yml': broker, 'roles/.keep': '', 'teams.yml': text })),
  ).toEqual(shown.map(() => []));
});
