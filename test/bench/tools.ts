/**
 * `node test/bench/tools.ts`: the policy tools on 1,000 roles of the starter's size, ten of them changed, as whole
 * processes with nothing cached, beside what the YAML library alone takes to parse the same files. CPU seconds, the
 * best of three rounds in turn; and an AWS account of 5,000 roles, each of which trusts an issuer. Exits with 1 when an aim
 * is missed.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { large } from '../estate/dumps.ts';

const ROLES = 1000;
const CHANGED = 10;
const ROUNDS = 3;

const fleet = mkdtempSync(join(tmpdir(), 'kite-sts-tools-'));
process.on('exit', () => rmSync(fleet, { recursive: true, force: true }));

const role = readFileSync('config/roles/deploy-web.yml', 'utf8');
const cases = readFileSync('config/roles/deploy-web.test.yml', 'utf8');

function writeFleet(name: string, changed: number): string {
  const folder = join(fleet, name);
  mkdirSync(join(folder, 'roles'), { recursive: true });
  for (const file of ['broker.yml', 'invariants.yml']) cpSync(join('config', file), join(folder, file));
  for (let at = 0; at < ROLES; at++) {
    const own = role
      .replace('role/deploy-web', `role/deploy-${at}`)
      .replace('in: [web, api]', `in: [web${at}, api${at}]`);
    const text =
      at < changed ? own.replace('build_branch: main', 'build_branch: { matches: "release-*" }') : own;
    writeFileSync(join(folder, `roles/deploy-${at}.yml`), text);
    const tested = cases.replaceAll(/pipeline_slug: (web|api)\b/g, `pipeline_slug: $1${at}`);
    writeFileSync(join(folder, `roles/deploy-${at}.test.yml`), tested);
  }
  return folder;
}

const [before, after] = [writeFleet('before', 0), writeFleet('after', CHANGED)];

/** As the AWS CLI prints it. */
const account = join(fleet, 'details.json');
writeFileSync(account, JSON.stringify(large(), null, 4));

const PARSE = `
import { readdirSync, readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
const [tests, ...folders] = process.argv.slice(1);
for (const folder of folders.flatMap(each => [each, each + '/roles']))
  for (const file of readdirSync(folder))
    if (file.endsWith('.yml') && (tests === 'tests' || !file.includes('.test.'))) parseDocument(readFileSync(folder + '/' + file, 'utf8'));
`;

/** CPU seconds of a whole process and its children. */
function measure(words: readonly string[], exits: readonly number[]): number {
  const script = 'TIMEFORMAT="%U %S"; time "$0" "$@" >/dev/null 2>&1; exit $?';
  const { stderr, status } = spawnSync('bash', ['-c', script, process.execPath, ...words], {
    encoding: 'utf8',
  });
  if (!exits.includes(status ?? -1)) throw new Error(`${words.slice(0, 3).join(' ')} ended with ${status}`);
  return stderr
    .trim()
    .split(' ')
    .reduce((sum, each) => sum + Number(each), 0);
}

function cli(...words: string[]): string[] {
  return ['lib/cli/main.ts', ...words];
}
function yaml(...words: string[]): string[] {
  return ['--input-type=module', '-e', PARSE, ...words];
}

type Row = {
  readonly name: string;
  readonly words: string[];
  readonly beside: string[];
  /** Aim: at most this often what the library takes, and a second. */
  readonly most: number;
  readonly exits: readonly number[];
};

const ROWS: readonly Row[] = [
  {
    name: 'lint',
    words: cli('lint', '--config', before),
    beside: yaml('roles', before),
    most: 1.5,
    exits: [0],
  },
  {
    name: 'test',
    words: cli('test', '--config', before),
    beside: yaml('tests', before),
    most: 1.5,
    exits: [0],
  },
  {
    name: 'prove',
    words: cli('prove', '--config', before),
    beside: yaml('roles', before),
    most: 1.5,
    exits: [0],
  },
  {
    name: 'who-can',
    words: cli('who-can', 'deploy-5', '--config', before),
    beside: yaml('roles', before),
    most: 1.5,
    exits: [0],
  },
  {
    name: 'diff',
    words: cli('diff', before, after),
    beside: yaml('roles', before, after),
    most: 1.5,
    exits: [3],
  },
  {
    name: 'fmt --check',
    words: cli('fmt', '--check', '--config', before),
    beside: yaml('tests', before),
    most: 2.5,
    exits: [0, 2],
  },
  {
    name: 'import 5,000',
    words: cli('import', '--account', account, '--report', join(fleet, 'report.html')),
    // As many role files as it makes, which it writes, reads again and proves.
    beside: yaml('roles', before, before, before, before, before),
    most: 9,
    exits: [2],
  },
];

let missed = 0;
console.log(`${'verb'.padEnd(14)}${'CPU s'.padStart(8)}${'library'.padStart(10)}${'aim'.padStart(8)}`);
for (const { name, words, beside, most, exits } of ROWS) {
  let [own, library] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    library = Math.min(library, measure(beside, [0]));
    own = Math.min(own, measure(words, exits));
  }
  const aim = most * library + 1;
  if (own > aim) missed++;
  const columns = [own.toFixed(2).padStart(8), library.toFixed(2).padStart(10), aim.toFixed(2).padStart(8)];
  console.log(`${name.padEnd(14)}${columns.join('')}  ${own <= aim ? 'met' : 'MISSED'}`);
}
console.log(missed === 0 ? 'every aim is met' : `${missed} aims are missed`);
process.exitCode = missed === 0 ? 0 : 1;
