import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { ALICE, EVENTS } from '../../harness/job-events.ts';
import { emptyFolder, folderOf } from '../../harness/local.ts';
import { AUDIENCE, BUILDKITE, PROVIDER } from '../../harness/policy.ts';

const ROLE = `trust:
  - iss: ${BUILDKITE}
    id: main
    claims: { organization_slug: acme, build_branch: main, build_tag: null }
${PROVIDER}
`;
const ALLOWED = `cases:
  - name: a push to main
    from: buildkite/push
    claims: { organization_slug: acme }
    allow: main
`;
const ANOTHER =
  '  - { name: another branch, from: a push to main, as: buildkite/branch, deny: no_statement_holds }\n';
const TAGGED =
  '  - { name: a tag, from: a push to main, as: buildkite/tag-named-main, deny: no_statement_holds }\n';
const WHOLE = `${ALLOWED}${ANOTHER}${TAGGED}`;
const WRONG = `${ALLOWED}${ANOTHER.replace('deny: no_statement_holds', 'allow: main')}`;

function folderWith(cases: string | undefined, more: { readonly [path: string]: string } = {}): string {
  return folderOf({
    'broker.yml': `url: ${AUDIENCE}\nissuers:\n  - preset: buildkite\n    require: { organization_slug: acme }\n`,
    'roles/deploy.yml': ROLE,
    ...(cases === undefined ? {} : { 'roles/deploy.test.yml': cases }),
    ...more,
  });
}

function tested(folder: string, ...words: string[]) {
  return runLine(['test', '--config', folder, ...words]);
}

type Finding = { readonly of: string; readonly name: string; readonly says: readonly string[] };
type Told = { readonly name: string; readonly mutants?: number; readonly findings: readonly Finding[] };
function findingsOf(out: string): string[] {
  return (JSON.parse(out) as Told[]).flatMap(({ findings }) =>
    findings.map(({ of, name }) => `${of} ${name}`),
  );
}

describe('exit code 0 for', () => {
  test.each<[string, string | undefined, string]>([
    ['cases that all come out as they say', WHOLE, ''],
    ['cases that leave nothing uncovered', WHOLE, '--coverage'],
    ['cases that notice every loss', WHOLE, '--mutate'],
    ['a role without cases', undefined, ''],
    [
      'a loss that is accepted with a reason',
      `${ALLOWED}${ANOTHER}accept_survivors:\n  - { mutant: "main: build_tag equals dropped", reason: tags are not built }\n`,
      '--mutate',
    ],
  ])('%s', async (_name, cases, words) => {
    const { exits, out, error } = await tested(folderWith(cases), ...wordsOf(words), '--json');
    expect([exits, error, findingsOf(out)]).toEqual([0, '', []]);
  });
});

describe('exit code 2 and the finding, for', () => {
  test.each<[string, string | undefined, string, string[]]>([
    ['a case that comes out otherwise', WRONG, '', ['case another branch']],
    [
      'a condition that no case is about',
      `${ALLOWED}${ANOTHER}`,
      '--coverage',
      ['coverage main: build_tag equals null'],
    ],
    [
      'a loss that no case notices',
      `${ALLOWED}${ANOTHER}`,
      '--mutate',
      ['mutation main: build_tag equals dropped'],
    ],
    [
      'a role without cases whose coverage is asked for',
      undefined,
      '--coverage',
      ['coverage main', 'coverage main: build_branch equals "main"', 'coverage main: build_tag equals null'],
    ],
    ['failing cases alone, before all else', WRONG, '--coverage --mutate', ['case another branch']],
    [
      'an accepted loss that is noticed',
      `${WHOLE}accept_survivors:\n  - { mutant: "main: build_tag equals dropped", reason: tags are not built }\n`,
      '--mutate',
      ['mutation main: build_tag equals dropped'],
    ],
  ])('%s', async (_name, cases, words, findings) => {
    const { exits, out } = await tested(folderWith(cases), ...wordsOf(words), '--json');
    expect([exits, findingsOf(out)]).toEqual([2, findings]);
  });
});

test('what the guard of broker.yml demands in any case is no loss', async () => {
  const { out } = await tested(folderWith(WHOLE), '--mutate', '--json');
  const [told] = JSON.parse(out) as Told[];
  // Dropping organization_slug is the fourth, and no token that comes past the guard tells it.
  expect([told?.mutants, told?.findings]).toEqual([4, []]);
});

test('a loss comes with a case that would notice it, on the claims of one that is there', async () => {
  const cases = `${ALLOWED}${ANOTHER}`;
  const { out } = await tested(folderWith(cases), '--mutate', '--json');
  const [told] = JSON.parse(out) as Told[];
  const proposed = told?.findings[0]?.says.slice(1).join('\n') ?? '';
  expect(proposed).toContain('from: a push to main\n');
  expect(proposed).toContain('as: buildkite/tag-named-main\n');
  expect((await tested(folderWith(`${cases}${proposed}\n`), '--mutate')).exits).toBe(0);
});

test('all cases that are proposed can be pasted together, whatever the names that are there', async () => {
  const long = 'x'.repeat(100);
  const role = `trust:
  - iss: ${BUILDKITE}
    id: main
    claims:
      organization_slug: acme
      pipeline_slug: { in: [${long}1, ${long}2, ${long}3] }
      build_branch: { matches: ["${long}/*", "v?.*"] }
${PROVIDER}
`;
  const cases = `cases:
  - name: a push
    claims: { organization_slug: acme, pipeline_slug: ${long}1, build_branch: v1.0 }
    allow: main
  - { name: pipeline_slug my-pipeline is denied, from: a push, claims: { organization_slug: other }, deny: guard_not_met }
`;
  const { out } = await tested(folderWith(cases, { 'roles/deploy.yml': role }), '--mutate', '--json');
  const [told] = JSON.parse(out) as Told[];
  const proposed = told?.findings.flatMap(({ says }) => says.slice(1)) ?? [];
  expect(proposed.filter(each => each.includes('name:')).length).toBeGreaterThan(2);
  const pasted = folderWith(`${cases}${proposed.join('\n')}\n`, { 'roles/deploy.yml': role });
  expect(await tested(pasted, '--mutate')).toMatchObject({ exits: 0, error: '' });
});

describe('as text', () => {
  test('each role has a line, and the last is the sum', async () => {
    const { out } = await tested(folderWith(WHOLE), '--mutate');
    expect(out).toBe('ok      deploy  3 cases, 4 mutants\n3 cases\n');
  });

  test('a role without cases says where they would be', async () => {
    expect((await tested(folderWith(undefined))).out).toMatch(
      /^none +deploy .*roles\/deploy\.test\.yml: kite-sts test --init deploy\n0 cases\n$/,
    );
  });

  test('a failing case has its place, what was expected and what is, and every condition', async () => {
    const { out } = await tested(folderWith(WRONG));
    expect(out).toMatch(/roles\/deploy\.test\.yml:6:5 /);
    expect(out).toContain('expected allow main, but it is deny no_statement_holds');
    expect(out).toMatch(/^ +no +build_branch equals "main", here "feature\/login"$/m);
    expect(out).toMatch(/\n2 cases, 1 failed\n$/);
  });
});

describe('JUnit', () => {
  test('goes to a file, and the text to standard output as ever', async () => {
    const file = join(emptyFolder(), 'test.xml');
    const { exits, out } = await tested(folderWith(WRONG), '--junit', file);
    expect([exits, readFileSync(file, 'utf8').split('\n')[0]]).toEqual([
      2,
      '<?xml version="1.0" encoding="UTF-8"?>',
    ]);
    expect(out).toContain('FAILED');
  });

  test('goes to standard output alone with -', async () => {
    const { out } = await tested(folderWith(WHOLE), '--junit', '-');
    expect(out).toMatch(/^<\?xml[\s\S]*<\/testsuites>\n$/);
  });
});

describe('--role', () => {
  test('runs the cases of one role, though those of another are broken', async () => {
    const folder = folderWith(WHOLE, { 'roles/other.yml': ROLE, 'roles/other.test.yml': 'cases: []' });
    expect(await tested(folder, '--role', 'deploy')).toMatchObject({ exits: 0, error: '' });
    expect((await tested(folder)).exits).toBe(1);
  });

  test('of a registry runs its cases', async () => {
    const { exits, out } = await tested('examples/registry/config', '--role', 'npm', '--json');
    expect([exits, (JSON.parse(out) as Told[]).map(({ name }) => name)]).toEqual([0, ['npm']]);
  });
});

describe('--init', () => {
  test('writes cases that pass, cover everything and notice every loss', async () => {
    const folder = folderWith(undefined);
    const path = join(folder, 'roles/deploy.test.yml');
    expect(await tested(folder, '--init', 'deploy')).toMatchObject({ exits: 0, out: `${path}\n` });
    expect(await tested(folder, '--coverage', '--mutate')).toMatchObject({ exits: 0, error: '' });
  });

  test('never overwrites', async () => {
    const folder = folderWith(WHOLE);
    const { exits, error } = await tested(folder, '--init', 'deploy');
    expect([exits, readFileSync(join(folder, 'roles/deploy.test.yml'), 'utf8')]).toEqual([1, WHOLE]);
    expect(error).toContain('deploy.test.yml');
  });

  test('P28: writes cases that notice more scopes and longer sessions', async () => {
    const role = ROLE.replace('claims', 'scopes: [read]\n    claims').replace(
      PROVIDER,
      `  - iss: ${BUILDKITE}\n    id: tags\n    scopes: [read, write]\n    claims: { organization_slug: acme, build_tag: v1 }\nsession: { seconds: 600 }\n${PROVIDER}`,
    );
    const folder = folderWith(undefined, { 'roles/deploy.yml': role });
    expect(await tested(folder, '--init', 'deploy')).toMatchObject({ exits: 0 });
    const cases = readFileSync(join(folder, 'roles/deploy.test.yml'), 'utf8');
    expect(cases).toContain('scopes: [read]');
    expect(cases).toContain('request: { seconds: 601 }');
    expect(await tested(folder, '--coverage', '--mutate')).toMatchObject({ exits: 0, error: '' });
  });

  test('T87: writes cases that notice that less is demanded of the job', async () => {
    const folder = folderWith(undefined, {
      'broker.yml': `url: ${AUDIENCE}\npeople:\n  alice: ${ALICE}\nissuers:\n- preset: buildkite\n  require: { organization_slug: acme }${EVENTS}\n`,
      'roles/deploy.yml': `running: true\napproval: { step: release, by: [alice], within: 1h }\n${ROLE}`,
    });
    expect(await tested(folder, '--init', 'deploy')).toMatchObject({ exits: 0 });
    const path = join(folder, 'roles/deploy.test.yml');
    const cases = readFileSync(path, 'utf8');
    expect(cases.match(/deny: (job|approval)_\w+/g)).toEqual([
      'deny: job_finished',
      'deny: approval_missing',
    ]);
    expect(await tested(folder, '--coverage', '--mutate')).toMatchObject({ exits: 0, error: '' });
    writeFileSync(
      path,
      cases.replace(/\n\n {2}- name: a (job that has ended|build that nobody)[\s\S]*?deny: \w+/g, ''),
    );
    const { exits, out } = await tested(folder, '--mutate', '--json');
    expect([exits, findingsOf(out)]).toEqual([
      2,
      ['mutation running: dropped', 'mutation approval: dropped'],
    ]);
  });

  test('P10: writes no cases that would agree with a value that no job has', async () => {
    const folder = folderWith(undefined, {
      'roles/deploy.yml': ROLE.replace('build_branch: main', 'build_branch: "dependabot/*"'),
    });
    const { exits, error } = await tested(folder, '--init', 'deploy');
    expect([exits, existsSync(join(folder, 'roles/deploy.test.yml'))]).toEqual([1, false]);
    expect(error).toContain('roles/deploy.yml:4:54  value-impossible  ');
  });

  test('writes nothing for a name that there is not', async () => {
    const folder = folderWith(undefined);
    const { exits, error } = await tested(folder, '--init', 'deplyo');
    expect([exits, existsSync(join(folder, 'roles/deplyo.test.yml'))]).toEqual([1, false]);
    expect(error).toContain('"deploy"');
  });
});

test.each<[name: string, exits: number, words: string, said: string]>([
  ['a role that is mistyped', 1, '--role deplyo', '"deploy"'],
  ['a file of cases that cannot be read', 1, '', 'roles/deploy.test.yml:1:8  empty'],
  ['--init beside another wish', 64, '--init deploy --mutate', '--init'],
  ['an option that is mistyped', 64, '--mutat', ' --mutate?'],
  ['a file that cannot be written', 1, '--role other --junit /nowhere/x.xml', 'cannot be written'],
])('%s exits with %i', async (_name, exits, words, said) => {
  const answer = await tested(folderWith('cases: []', { 'roles/other.yml': ROLE }), ...wordsOf(words));
  expect([answer.exits, answer.out]).toEqual([exits, '']);
  expect(answer.error).toContain(said);
});
