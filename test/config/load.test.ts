import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/load.ts';
import { TRUST } from '../harness/grant.ts';
import { complaintsOf, folderOf } from '../harness/local.ts';
import { BUILDKITE, PROVIDER } from '../harness/policy.ts';

const BROKER = `url: https://sts.acme.example
issuers:
  - preset: buildkite
`;
const ROLE = `${TRUST}${PROVIDER}\n`;

type Files = { readonly [path: string]: string };

function loaded(files: Files) {
  const { config, complaints } = loadConfig(folderOf(files));
  expect(complaints).toEqual([]);
  if (!config) throw new Error('no configuration');
  return config;
}

describe('a configuration is loaded', () => {
  test('with its issuers and roles, each role by the name of its file', () => {
    const config = loaded({ 'broker.yml': BROKER, 'roles/deploy-web.yml': ROLE, 'roles/a.yml': ROLE });
    expect([...config.rows.keys()]).toEqual([BUILDKITE]);
    expect(config.roles.map(({ name }) => name)).toEqual(['a', 'deploy-web']);
    expect(config.url).toBe('https://sts.acme.example');
  });

  test('the audience is the broker’s own URL, unless it says otherwise, and a role may have its own', () => {
    const files = { 'roles/a.yml': ROLE, 'roles/b.yml': `audience: https://b.example\n${ROLE}` };
    const audiences = (broker: string) =>
      loaded({ ...files, 'broker.yml': broker }).roles.map(({ audience }) => audience);
    expect(audiences(BROKER)).toEqual(['https://sts.acme.example', 'https://b.example']);
    expect(audiences(`${BROKER}audience: https://ours.example\n`)).toEqual([
      'https://ours.example',
      'https://b.example',
    ]);
  });

  test('the length of sessions in broker.yml holds for roles that say nothing', () => {
    const files = { 'roles/a.yml': ROLE, 'roles/b.yml': `session: { seconds: 90 }\n${ROLE}` };
    const config = loaded({
      ...files,
      'broker.yml': `${BROKER}session: { seconds: 120, max_seconds: 240 }\n`,
    });
    expect(config.roles.map(({ session }) => [session.seconds, session.max])).toEqual([
      [120, 240],
      [90, 90],
    ]);
  });

  test('whose STS stands in, and how often may be asked', () => {
    const files = { 'roles/a.yml': ROLE };
    const more = 'aws: { second_region: eu-west-1 }\nlimits: { exchanges: { per_minute: 7, burst: 3 } }\n';
    expect(loaded({ ...files, 'broker.yml': `${BROKER}${more}` })).toMatchObject({
      secondRegion: 'eu-west-1',
      limits: { exchanges: { perMinute: 7, burst: 3 } },
    });
    expect(loaded({ ...files, 'broker.yml': BROKER }).secondRegion).toBeUndefined();
  });

  test('test cases beside a role, and hidden files, are no roles', () => {
    const config = loaded({
      'broker.yml': BROKER,
      'roles/a.yml': ROLE,
      'roles/a.test.yml': 'x',
      'roles/.b.yml.swp': 'x',
    });
    expect(config.roles).toHaveLength(1);
  });

  test('a folder without roles is a broker that gives nothing', () => {
    expect(loaded({ 'broker.yml': BROKER, 'roles/.keep': '' }).roles).toEqual([]);
  });
});

describe('a configuration is refused', () => {
  test('with all complaints at once, each with file, line and column, across all files', () => {
    const broken = ROLE.replace('build_branch: main', 'build_brunch: main');
    expect(
      complaintsOf({
        'broker.yml': `${BROKER}  - preset: gitlab\n    max_token_lifetime: 1\n  - issuer: https://ci.example\nsesion: {}\n`,
        'roles/a.yml': broken,
        'roles/b.yml': `${TRUST}\n`,
        'roles/c.yml': '- trust\n',
        'roles/Not a role.yml': ROLE,
        'roles/readme.md': '',
      }),
    ).toEqual([
      'broker.yml:7:1 unknown-key',
      'broker.yml:5:25 wrong-value',
      'broker.yml:6:5 issuer-row',
      'broker.yml:6:5 issuer-row',
      'roles/Not a role.yml:1:1 file-name',
      'roles/readme.md:1:1 file-name',
      'roles/a.yml:4:51 claim-unknown',
      'roles/b.yml:2:1 provider-count',
      'roles/c.yml:1:1 wrong-type',
    ]);
  });

  test.each<[name: string, files: Files, complaints: string[]]>([
    ['without broker.yml', { 'roles/a.yml': ROLE }, ['broker.yml:1:1 file-missing']],
    [
      'with limits that would not be read',
      { 'broker.yml': BROKER, 'roles/a.yml': ROLE, 'teams.yaml': '', 'invariants.yaml': '' },
      ['invariants.yaml:1:1 file-name', 'teams.yaml:1:1 file-name'],
    ],
    ['without roles', { 'broker.yml': BROKER }, ['roles:1:1 file-missing']],
    [
      'without a url',
      { 'broker.yml': BROKER.replace(/url.*\n/, ''), 'roles/.keep': '' },
      ['broker.yml:1:1 missing-key'],
    ],
    [
      'with a url that is not https',
      { 'broker.yml': BROKER.replace('https', 'http'), 'roles/.keep': '' },
      ['broker.yml:1:6 wrong-value'],
    ],
    [
      'with a slash at the end of the url',
      { 'broker.yml': BROKER.replace('.example', '.example/'), 'roles/.keep': '' },
      ['broker.yml:1:6 wrong-value'],
    ],
    [
      'without issuers',
      { 'broker.yml': 'url: https://sts.acme.example\nissuers: []\n', 'roles/.keep': '' },
      ['broker.yml:2:10 empty'],
    ],
    [
      'with one issuer twice',
      { 'broker.yml': `${BROKER}  - issuer: ${BUILDKITE}\n`, 'roles/.keep': '' },
      ['broker.yml:4:5 duplicate-issuer'],
    ],
    [
      'T13: with itself as an issuer',
      {
        'broker.yml': `${BROKER}  - issuer: https://sts.acme.example\n    jwks_uri: https://sts.acme.example/jwks\n    single_tenant: true\n`,
        'roles/.keep': '',
      },
      ['broker.yml:4:5 own-issuer'],
    ],
    [
      'with an audience that others accept, without a reason',
      { 'broker.yml': `${BROKER}audience: sts.amazonaws.com\n`, 'roles/.keep': '' },
      ['broker.yml:4:11 audience-shared'],
    ],
    [
      'with a role of an issuer that broker.yml lacks',
      { 'broker.yml': BROKER, 'roles/a.yml': ROLE.replace(BUILDKITE, 'https://gitlab.com') },
      ['roles/a.yml:3:10 issuer-unknown'],
    ],
    [
      'T36: with one key twice',
      { 'broker.yml': `${BROKER}url: https://evil.example\n`, 'roles/.keep': '' },
      ['broker.yml:4:1 duplicate-key'],
    ],
    ['with an empty role', { 'broker.yml': BROKER, 'roles/a.yml': '' }, ['roles/a.yml:1:1 empty']],
    [
      'with a role that is a bare list',
      { 'broker.yml': BROKER, 'roles/a.yml': '- iss: x\n' },
      ['roles/a.yml:1:1 wrong-type'],
    ],
  ])('%s', (_name, files, complaints) => {
    expect(complaintsOf(files)).toEqual(complaints);
  });

  test('T11: with a file that is not UTF-8', () => {
    const folder = folderOf({ 'broker.yml': BROKER, 'roles/a.yml': '' });
    writeFileSync(join(folder, 'roles/a.yml'), Uint8Array.of(0x61, 0xff));
    expect(loadConfig(folder).complaints.map(({ rule }) => rule)).toEqual(['text-refused']);
  });

  test('a broken broker.yml does not hide what is wrong with the form of roles', () => {
    const complaints = complaintsOf({ 'broker.yml': 'url: [\n', 'roles/a.yml': 'a: 1\na: 2\n' });
    expect(complaints).toContain('broker.yml:2:1 yaml-syntax');
    expect(complaints).toContain('roles/a.yml:2:1 duplicate-key');
  });
});
