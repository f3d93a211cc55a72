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

function names(version: string): string[] {
  return loadVersion(version, 'config').roles.map(({ name }) => name);
}

describe('a configuration is found', () => {
  test('by the name of its folder', () => {
    expect(names('config')).toContain('later');
  });

  test('by a git revision, as it was then', () => {
    expect([names('first').includes('later'), names('second').includes('later')]).toEqual([false, true]);
  });
});

test.each([
  ['a revision that is not there', 'third'],
  ['a word that looks like an option', '--output=x'],
  ['a folder that has no broker.yml', 'config/roles'],
])('it is refused for %s', (_name, version) => {
  expect(() => loadVersion(version, 'config')).toThrow(Failure);
});

test('complaints name the revision, and not where it was unpacked', () => {
  writeFileSync(join(REPOSITORY, 'config/roles/later.yml'), 'trust: []\n');
  commit('broken');
  expect(() => loadVersion('broken', 'config')).toThrow(/^broken:config\/roles\/later\.yml:/m);
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
