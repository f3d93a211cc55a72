/**
 * `npm run bench -- command [ROUNDS [write]]`: CPU time of the packed command line beside `node -e 0`, in turn. It wants
 * `dist/`, which `npm run prepack` makes. Exits with 1 when an aim is missed.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describeMeasurement, saveResult } from './results.ts';

const ROOT = join(import.meta.dirname, '../..');
const MOST = 3;
const ROLES = 10;
const rounds = Number(process.argv[3] ?? 9);

if (!existsSync(join(ROOT, 'dist/lib/cli/main.js'))) throw new Error('there is no dist/: npm run prepack');

/** What is packed, away from the source, which the command would run instead. */
const home = mkdtempSync(join(tmpdir(), 'kite-sts-command-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
for (const each of ['bin', 'dist', 'package.json'])
  cpSync(join(ROOT, each), join(home, each), { recursive: true });
symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'));

const config = join(home, 'config');
mkdirSync(join(config, 'roles'), { recursive: true });
cpSync(join(ROOT, 'config/broker.yml'), join(config, 'broker.yml'));
const role = readFileSync(join(ROOT, 'config/roles/deploy-web.yml'), 'utf8');
for (let at = 0; at < ROLES; at++)
  writeFileSync(join(config, `roles/deploy-${at}.yml`), role.replaceAll('deploy-web', `deploy-${at}`));

const bin = join(home, 'bin/kite-sts.js');
const ROWS: readonly { readonly name: string; readonly words: readonly string[]; readonly exits: number }[] =
  [
    { name: '`node -e 0`', words: ['-e', '0'], exits: 0 },
    { name: '`--help`', words: [bin, '--help'], exits: 0 },
    {
      name: '`exchange`, to where it asks for a token',
      words: [bin, 'exchange', '--broker', 'https://sts.test.example', '--role', 'deploy'],
      exits: 1,
    },
    { name: `\`lint\` of ${ROLES} roles`, words: [bin, 'lint', '--config', config], exits: 0 },
  ];

/** Milliseconds on a CPU of a whole process. */
function measure({ name, words, exits }: (typeof ROWS)[number]): number {
  const script = 'TIMEFORMAT="%U %S"; time "$0" "$@" >/dev/null 2>&1; exit $?';
  const { stderr, status } = spawnSync('bash', ['-c', script, process.execPath, ...words], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  if (status !== exits) throw new Error(`${name} ended with ${status}`);
  // Last: the shell may have told something of its own before.
  const [user, system] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number) as [number, number];
  return (user + system) * 1000;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

const found = Array.from({ length: rounds }, () => ROWS.map(measure));
const rows = ROWS.map(({ name }, index) => ({
  name,
  ms: median(found.map(round => round[index] ?? Number.NaN)),
  byNode: median(found.map(round => (round[index] ?? Number.NaN) / (round[0] ?? Number.NaN))),
}));
for (const { name, ms, byNode } of rows)
  console.log(
    `${name.padEnd(44)}${ms.toFixed(0).padStart(6)} ms${byNode.toFixed(2).padStart(7)}  ${byNode <= MOST ? 'met' : 'MISSED'}: at most ${MOST} ×`,
  );
saveResult('command', { ...describeMeasurement(rounds), rows });
process.exitCode = rows.some(({ byNode }) => byNode > MOST) ? 1 : 0;
