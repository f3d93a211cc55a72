import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, read } from '../harness/markdown.ts';
import { PLUGIN } from '../harness/pipeline.ts';

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, PLUGIN, folder), { withFileTypes: true })
    .filter(each => each.isFile())
    .map(({ name }) => `${folder}/${name}`);
}
const HOOKS = filesIn('hooks');
/** The action sources lib/ too. */
const ACTION = '../github-action/action.bash';
const SCRIPTS = [...HOOKS, ...filesIn('lib'), ACTION];
const TESTS = [...filesIn('tests'), ...filesIn('tests/bin')];

test.each([...HOOKS, ...filesIn('tests/bin')])('%s may be executed', path => {
  expect(statSync(join(ROOT, PLUGIN, path)).mode & 0o111).toBe(0o111);
});

/** What bash 3.2, which macOS has, does not know, and what would evaluate a text. */
const REFUSED =
  /\b(mapfile|readarray|coproc|eval)\b|\b(declare|local|typeset) -[A-Za-z]*[Ang]|\$\{\w+(\[[^\]]*\])?[,^@][^}]*\}|&>>|\|&|;;&|;&|\[\[ -v /;

function codeOf(path: string): string[] {
  return read(`${PLUGIN}/${path}`)
    .split('\n')
    .filter(line => !/^\s*#/.test(line));
}

test.each(SCRIPTS)('%s evaluates nothing, and bash 3.2 can read it', path => {
  expect(codeOf(path).filter(line => REFUSED.test(line))).toEqual([]);
});

test.each([
  'mapfile -t lines',
  'eval "$x"',
  'declare -A map',
  'local -n name=$1',
  'echo "${name,,}"',
  'echo "${names[0]^}"',
  'ls &>> log',
])('would be found: %s', line => {
  expect(line).toMatch(REFUSED);
});

/** No secret may be an argument, nor lie in a file that bash itself makes for `<<`. */
test.each(SCRIPTS)('T54: %s hands values to others on standard input alone', path => {
  const lines = codeOf(path);
  expect(lines.filter(line => /<<|\bcurl\b.*(-H|-d|--header|--data)|\bxargs\b/.test(line))).toEqual([]);
});

function shellcheck(given: string[]) {
  return spawnSync('shellcheck', given, { cwd: join(ROOT, PLUGIN), encoding: 'utf8' });
}
const missing = shellcheck(['--version']).error !== undefined;

/** A lone script cannot see what it sources (SC1091). bats runs each test in a subshell, on texts in single quotes. */
const ALONE = ['-e', 'SC1091,SC2016,SC2030,SC2031'];

test.for([
  ['all that the hooks source', ['-x', '-a', '-P', 'SCRIPTDIR/..', 'lib/hook.bash']],
  ['all that the action sources', ['-x', '-P', 'SCRIPTDIR', ACTION]],
  ['the hooks and the tests', [...ALONE, ...HOOKS, ...TESTS]],
] as const)('shellcheck has nothing to say of %s', { timeout: 60_000 }, ([, given], { skip }) => {
  skip(missing, 'shellcheck is not installed here');
  const { stdout, status } = shellcheck([...given]);
  expect([stdout, status]).toEqual(['', 0]);
});
