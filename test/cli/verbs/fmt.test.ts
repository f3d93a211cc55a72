import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runLine } from '../../harness/command-line.ts';
import { folderOf } from '../../harness/local.ts';

const BROKER = 'issuers:\n- preset: buildkite\nurl: https://sts.test.example\n';
const FILES = {
  'broker.yml': BROKER,
  'invariants.yml': '- says: no\n  id: a\n',
  'roles/web.yml': '# of trust\ntrust: []\ndescription: web\n',
  'roles/web.test.yml': 'cases: [{ allow: x, name: y }]\n',
  'registries/npm.yml': 'path: /npm\naudience: https://npm.test.example\n',
  'roles/.hidden.yml': 'trust: [a,b]\n',
  'roles/notes.md': 'trust: [a,b]\n',
  'other.yml': 'trust: [a,b]\n',
};

const AFTER = {
  'broker.yml': 'url: https://sts.test.example\nissuers:\n  - preset: buildkite\n',
  'invariants.yml': '- id: a\n  says: "no"\n',
  'roles/web.yml': 'description: web\n# of trust\ntrust: []\n',
  'roles/web.test.yml': 'cases: [{ name: "y", allow: x }]\n',
  'registries/npm.yml': 'audience: https://npm.test.example\npath: /npm\n',
};

function ran(folder: string, ...words: string[]) {
  return runLine(['fmt', ...words], { KITE_STS_CONFIG: folder });
}

function filesOf(folder: string) {
  return Object.fromEntries(Object.keys(FILES).map(path => [path, readFileSync(join(folder, path), 'utf8')]));
}

test('every file of a configuration is written in one way, and no other file', async () => {
  const folder = folderOf(FILES);
  const { exits, out } = await ran(folder);
  expect(exits).toBe(0);
  expect(filesOf(folder)).toEqual({ ...FILES, ...AFTER });
  expect(out).toBe(
    `${Object.keys(AFTER)
      .sort(byPlace)
      .map(path => `${folder}/${path}\n`)
      .join('')}5 files, 5 changed\n`,
  );
  expect(await ran(folder)).toMatchObject({ exits: 0, out: '5 files, 0 changed\n' });
});

/** The folder's own files first, then those of roles/ and of registries/. */
function byPlace(a: string, b: string): number {
  const place = (path: string) =>
    `${['', 'roles', 'registries'].findIndex(each => path.startsWith(`${each}/`))}${path}`;
  return place(a) < place(b) ? -1 : 1;
}

test('--check writes nothing, and exits with 2 when there is something to write', async () => {
  const folder = folderOf(FILES);
  const { exits, out } = await ran(folder, '--check');
  expect([exits, out.split('\n').at(-2)]).toEqual([2, '5 files, 5 would change']);
  expect(filesOf(folder)).toEqual(FILES);
  expect((await ran(folderOf(AFTER), '--check')).exits).toBe(0);
});

test.each<[name: string, path: string, text: string, said: string]>([
  ['a file that is no YAML', 'roles/web.yml', 'trust: [', 'yaml-syntax'],
  ['a file with an anchor', 'roles/web.yml', 'trust: &a []', 'yaml-feature'],
  ['a file with a key twice', 'broker.yml', 'url: a\nurl: b', 'duplicate-key'],
  ['text that nobody can see', 'roles/web.yml', 'a: b\u200b', 'text-refused'],
  [
    'a number that would become another',
    'roles/web.test.yml',
    'cases: [{ claims: { a: 9007199254740993 } }]',
    'wrong-value',
  ],
])('T36: with %s nothing is written, and the file is named', async (_name, path, text, said) => {
  const folder = folderOf({ ...FILES, [path]: text });
  const { exits, out, error } = await ran(folder);
  expect({ exits, out }).toEqual({ exits: 1, out: '' });
  expect(error).toContain(`${folder}/${path}:`);
  expect(error).toContain(said);
  expect(filesOf(folder)['registries/npm.yml']).toBe(FILES['registries/npm.yml']);
});

test('a folder that has no configuration could not be formatted', async () => {
  expect(await ran(folderOf({}))).toMatchObject({ exits: 1, out: '' });
  expect(await ran('/nowhere')).toMatchObject({ exits: 1, out: '' });
});

test('a program is told how many files there are, which change, and whether they were written', async () => {
  const folder = folderOf(FILES);
  const changed = Object.keys(AFTER)
    .sort(byPlace)
    .map(path => `${folder}/${path}`);
  expect(JSON.parse((await ran(folder, '--check', '--json')).out)).toEqual({
    files: 5,
    changed,
    written: false,
  });
  expect(JSON.parse((await ran(folder, '--json')).out)).toEqual({ files: 5, changed, written: true });
});
