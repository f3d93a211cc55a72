import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findMergeBase, loadVersion } from '../../../lib/cli/compare/revision.ts';
import { Failure } from '../../../lib/cli/verb.ts';
import { configFiles, folderOf } from '../../harness/local.ts';

const FILES = configFiles();
const REPOSITORY = folderOf(
  Object.fromEntries(Object.entries(FILES).map(([path, text]) => [`config/${path}`, text])),
);
const HERE = process.cwd();

function git(...words: string[]): void {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@test.example', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...who, ...words], { cwd: REPOSITORY, stdio: 'ignore' });
}

function commit(name: string): void {
  git('add', '.');
  git('commit', '-m', name);
  git('tag', name);
}

beforeAll(() => {
  git('init');
  commit('first');
  writeFileSync(join(REPOSITORY, 'config/roles/later.yml'), FILES['roles/deploy.yml'] ?? '');
  commit('second');
  process.chdir(REPOSITORY);
});
afterAll(() => process.chdir(HERE));

async function names(version: string): Promise<string[]> {
  return (await loadVersion(version, 'config')).roles.map(({ name }) => name);
}

describe('a configuration is found', () => {
  test.each([
    ['the name of its folder', 'config', true],
    ['a git revision', 'second', true],
    ['an older git revision, as it was then', 'first', false],
  ])('by %s', async (_name, version, later) => {
    expect((await names(version)).includes('later')).toBe(later);
  });
});

test.each([
  ['a revision that is not there', 'third'],
  ['a word that looks like an option', '--output=x'],
  ['a folder that has no broker.yml', 'config/roles'],
])('it is refused for %s', (_name, version) => {
  return expect(loadVersion(version, 'config')).rejects.toThrow(Failure);
});

test('complaints name the revision, and not where it was unpacked', async () => {
  writeFileSync(join(REPOSITORY, 'config/roles/later.yml'), 'trust: []\n');
  commit('broken');
  await expect(loadVersion('broken', 'config')).rejects.toThrow(/^broken:config\/roles\/later\.yml:/m);
});

describe('what two revisions came from', () => {
  const revision = (name: string): string =>
    execFileSync('git', ['rev-parse', name], { cwd: REPOSITORY, encoding: 'utf8' }).trim();

  test('is where one left the other, whatever was committed since', () => {
    git('checkout', '-q', '-b', 'topic', 'first');
    writeFileSync(join(REPOSITORY, 'config/roles/topic.yml'), FILES['roles/deploy.yml'] ?? '');
    commit('on-topic');
    expect([findMergeBase('second', 'topic'), findMergeBase('second', 'config')]).toEqual([
      revision('first'),
      revision('first'),
    ]);
  });

  test.each([
    ['a revision that is not there', 'third'],
    ['an option', '--all'],
  ])('is refused for %s', (_name, from) => {
    expect(() => findMergeBase(from, 'HEAD')).toThrow(Failure);
  });
});
