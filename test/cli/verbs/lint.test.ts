import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { configFolder, folderOf } from '../../harness/local.ts';

const BROKER = 'url: https://sts.test.example\nissuers:\n  - preset: buildkite\n';
const GOOD = `trust:
  - iss: https://agent.buildkite.com
    claims:
      organization_slug: acme
      build_branch: main
      build_tag: null
      build_source: webhook
jwt: { audience: https://api.test.example }
`;

function linted(folder: string, ...words: string[]) {
  return runLine(['lint', '--config', folder, ...words]);
}

test('a folder without faults exits with 0, and says how much it has', async () => {
  const folder = configFolder();
  const answer = await linted(folder);
  expect(answer).toMatchObject({ exits: 0, error: '' });
  expect(answer.out).toMatch(/\b2 issuers, 3 roles\b/);
});

test('a folder without findings is an empty array as JSON', async () => {
  const { exits, out } = await linted('config', '--json');
  expect([exits, JSON.parse(out)]).toEqual([0, []]);
});

describe('a fault exits with 2 and is told by file, line, column and rule:', () => {
  test.each<[name: string, files: { [path: string]: string }, expected: string]>([
    ['a mistyped key', { 'roles/a.yml': `${GOOD}descripton: d\n` }, 'roles/a.yml:9:1  unknown-key  '],
    [
      'a mistyped claim',
      { 'roles/a.yml': GOOD.replace('n_slug', 'n_slgu') },
      'roles/a.yml:4:7  claim-unknown  ',
    ],
    ['a name that is no role', { 'roles/A.yml': GOOD }, 'roles/A.yml:1:1  file-name  '],
    ['text that is no YAML', { 'roles/a.yml': 'trust: [' }, 'roles/a.yml:1:9  yaml-syntax  '],
    [
      'a fault of broker.yml',
      { 'broker.yml': BROKER.replace('buildkite', 'buildkit') },
      'broker.yml:3:13  wrong-value  ',
    ],
  ])('%s', async (_name, files, expected) => {
    const folder = folderOf({ 'broker.yml': BROKER, 'roles/b.yml': GOOD, ...files });
    const { exits, out } = await linted(folder);
    expect(exits).toBe(2);
    expect(out.split('\n').map(line => line.replace(`${folder}/`, ''))).toContainEqual(
      expect.stringContaining(expected),
    );
  });
});

test('all faults come at once, in the order of the files, with their count', async () => {
  const wrong = GOOD.replace('n_slug', 'n_slgu').replace('jwt', 'jvt');
  const folder = folderOf({
    'broker.yml': `${BROKER}  - preset: buildkite\n`,
    'roles/a.yml': wrong,
    'roles/b.yml': wrong,
  });
  const lines = (await linted(folder)).out.trimEnd().split('\n');
  const files = lines
    .filter(line => line.startsWith(folder))
    .map(line => line.slice(folder.length + 1).split(':', 1)[0]);
  expect([...new Set(files)]).toEqual(['broker.yml', 'roles/a.yml', 'roles/b.yml']);
  expect(lines.at(-1)).toBe(`${files.length} errors`);
});

test('as JSON, each fault has its rule and its place', async () => {
  const folder = folderOf({ 'broker.yml': BROKER, 'roles/a.yml': GOOD.replace('n_slug', 'n_slgu') });
  const { exits, out } = await linted(folder, '--json');
  const complaints = JSON.parse(out) as object[];
  expect(exits).toBe(2);
  expect(complaints[0]).toMatchObject({
    rule: 'claim-unknown',
    level: 'error',
    place: { file: join(folder, 'roles/a.yml'), line: 4, column: 7 },
    message: expect.stringContaining('"organization_slug"'),
  });
});

test('below a fault stands the line that it is about, with a caret below the place', async () => {
  const folder = folderOf({ 'broker.yml': BROKER, 'roles/a.yml': GOOD.replace('n_slug', 'n_slgu') });
  const lines = (await linted(folder)).out.split('\n');
  const at = lines.findIndex(line => line.includes('claim-unknown'));
  expect(lines.slice(at + 1, at + 3)).toEqual(['  4 |       organization_slgu: acme', '    |       ^']);
});

test('an error of a rule, in what loads, is counted and exits with 2', async () => {
  const role = GOOD.replace(/organization_slug: .*/, 'organization_slug: "acme*"');
  const { exits, out } = await linted(folderOf({ 'broker.yml': BROKER, 'roles/a.yml': role }));
  expect(exits).toBe(2);
  expect(out).toContain('  value-impossible  ');
  expect(out).toMatch(/, 1 role, 1 error, /);
});

describe('a folder with a warning and notes', () => {
  const folder = folderOf({ 'broker.yml': BROKER, 'roles/a.yml': GOOD });
  const UNBOUND = `${folder}/roles/a.yml:2:5  warning pipeline-unbound  `;
  const CONTACT = `${folder}/roles/a.yml:1:1  note no-contact  `;

  test.each<[name: string, flags: string, exits: number]>([
    ['with 0', '', 0],
    ['with 2 when warnings count', '--strict', 2],
  ])('ends %s', async (_name, flags, exits) => {
    expect((await linted(folder, ...wordsOf(flags))).exits).toBe(exits);
  });

  test('tells the warning, and how many notes there are', async () => {
    const { out } = await linted(folder);
    expect(out).toContain(UNBOUND);
    expect(out).not.toContain(CONTACT);
    expect(out).toMatch(/\b1 issuer, 1 role, no errors, 1 warning, 2 notes \(see --notes\)\n$/);
  });

  test('tells the notes too when they are asked for', async () => {
    const { exits, out } = await linted(folder, '--notes');
    expect([exits, out.includes(UNBOUND), out.includes(CONTACT)]).toEqual([0, true, true]);
    expect(out).toMatch(/, 1 warning, 2 notes\n$/);
  });

  test('has all of them in JSON, each with its level', async () => {
    const findings = JSON.parse((await linted(folder, '--json')).out) as { level: string }[];
    expect(findings.map(({ level }) => level).toSorted()).toEqual(['note', 'note', 'warning']);
  });

  test('has all of them in SARIF', async () => {
    const { exits, out } = await linted(folder, '--sarif');
    const { version, runs } = JSON.parse(out) as {
      version: string;
      runs: { results: { ruleId: string }[] }[];
    };
    expect([exits, version]).toEqual([0, '2.1.0']);
    expect(runs[0]?.results.map(({ ruleId }) => ruleId).toSorted()).toEqual([
      'name-not-id',
      'no-contact',
      'pipeline-unbound',
    ]);
  });
});

test('notes alone do not count, however strict', async () => {
  const folder = folderOf({
    'broker.yml': BROKER,
    'roles/a.yml': GOOD.replace('acme', 'acme\n      pipeline_slug: web'),
  });
  const { exits, out } = await linted(folder, '--strict');
  expect([exits, /, no errors, 2 notes/.test(out)]).toEqual([0, true]);
});

test('a folder with registries says how many', async () => {
  const { out } = await linted('examples/registry/config');
  expect(out).toMatch(/\b0 roles, \d registries, no errors\n$/);
});

test('two forms at once are wrong usage', async () => {
  const { exits, out } = await linted('config', '--json', '--sarif');
  expect([exits, out]).toEqual([64, '']);
});

test('a folder that is not there is a fault of its files', async () => {
  const answer = await linted('/nowhere');
  expect(answer).toMatchObject({ exits: 2, error: '' });
  expect(answer.out).toContain('/nowhere/broker.yml:1:1  file-missing');
});

describe('--dialect buildkite', () => {
  const OTHER = 'examples/buildkite-claims-policy/config/roles/packages.yml';

  test('reads one file, and none of the configuration', async () => {
    const folder = folderOf({
      'policy.yml':
        '- iss: https://agent.buildkite.com\n  scopes: [read_packages]\n  claims: { organization_slug: acme, build_tag: { matches: "v*" } }\n',
    });
    const found = async (...flags: string[]) => {
      const { exits, out } = await linted(
        '/nowhere',
        '--dialect',
        'buildkite',
        `${folder}/policy.yml`,
        ...flags,
      );
      return [exits, out.includes('warning dialect-pattern-on-null'), /: no errors, 1 warning\n$/.test(out)];
    };
    expect(await found()).toEqual([0, true, true]);
    expect(await found('--strict')).toEqual([2, true, true]);
  });

  test('refuses a role, and tells its findings in JSON too', async () => {
    const { exits, out } = await linted('/nowhere', '--dialect', 'buildkite', OTHER, '--json');
    expect(exits).toBe(2);
    expect(JSON.parse(out)).toMatchObject([{ rule: 'dialect-form', level: 'error', place: { file: OTHER } }]);
  });

  test.each([
    ['another dialect', `--dialect gitlab ${OTHER}`],
    ['no file', '--dialect buildkite'],
    ['a file without a dialect', `${OTHER}`],
    ['SARIF', `--dialect buildkite ${OTHER} --sarif`],
  ])('%s is wrong usage', async (_name, words) => {
    expect(await linted('config', ...wordsOf(words))).toMatchObject({ exits: 64, out: '' });
  });
});
