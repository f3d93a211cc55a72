/**
 * `node test/planted/run.ts [--near] [FILTER…]`: plants each fault of faults.ts by itself in a copy of this checkout, and
 * tells which ones no test notices: first the tests beside the file, then, unless `--near`, all that load it and the
 * packaged functions. FILTER is part of a file's name or of a fault. Exits with 1 when fewer than 95 in a hundred are
 * noticed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { FAULTS, type Fault } from './faults.ts';

const ROOT = join(import.meta.dirname, '../..');
const LEFT = ['node_modules', '.git', 'dist', 'coverage', '.serverless'];
const WANTED = 0.95;

function copyCheckout(): string {
  const copy = mkdtempSync(join(tmpdir(), 'kite-sts-planted-'));
  cpSync(ROOT, copy, { recursive: true, filter: path => !LEFT.includes(relative(ROOT, path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  // Some tests ask git for the files that are there.
  const git = (...words: string[]) => execFileSync('git', words, { cwd: copy, stdio: 'ignore' });
  git('init', '-q');
  git('add', '-A');
  git('-c', 'user.name=x', '-c', 'user.email=x@x.example', 'commit', '-qm', 'as it is');
  return copy;
}

/** The tests beside a file; those of the functions for what the functions alone show. */
function findNearest(file: string): string[] {
  const mirrored = file.replace(/^lib\//, 'test/').replace(/^(functions|infra)\//, 'test/$1/');
  const beside = mirrored.replace(/\.ts$/, '.test.ts');
  if (/^functions\/(discovery|refresher|rotation)/.test(file)) return ['test/functions/scheduled.test.ts'];
  if (/^lib\/job-(events|facts)/.test(file)) return ['test/serve-jobs', 'test/property/jobs.test.ts'];
  if (file === 'lib/lambda/deployed.ts') return ['test/functions/exchange.test.ts'];
  const patience = /^lib\/(aws|http)\//.test(file) ? ['test/aws/patience.test.ts'] : [];
  return [beside, beside.replace('.test.ts', '-'), ...patience];
}

function passes(copy: string, words: readonly string[]): boolean {
  const vitest = join(copy, 'node_modules/vitest/vitest.mjs');
  const { status, stdout } = spawnSync(process.execPath, [vitest, ...words, '--bail', '1'], {
    cwd: copy,
    encoding: 'utf8',
    timeout: 300_000,
  });
  return status === 0 || /No test files found/.test(stdout);
}

function isNoticed(copy: string, file: string): boolean {
  if (!passes(copy, ['run', ...findNearest(file)])) return true;
  if (near) return false;
  const far = ['related', '--run', '--exclude', 'test/{docs/commands-*,pack,infra/plugin}.test.ts'];
  return !passes(copy, [...far, file]) || !passes(copy, ['run', 'test/functions', 'test/infra/resources']);
}

function plant(copy: string, [file, from, to]: Fault): 'noticed' | 'lived' | 'not there' {
  const path = join(copy, file);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (!before.includes(from)) return 'not there';
  writeFileSync(
    path,
    before.replace(from, () => to),
  );
  const noticed = isNoticed(copy, file);
  writeFileSync(path, before);
  return noticed ? 'noticed' : 'lived';
}

const near = process.argv.includes('--near');
const filters = process.argv.slice(2).filter(word => word !== '--near');
const copy = copyCheckout();
const chosen = FAULTS.filter(
  ([file, from]) => filters.length === 0 || filters.some(each => `${file} ${from}`.includes(each)),
);
let noticed = 0;
for (const fault of chosen) {
  const ended = plant(copy, fault);
  if (ended === 'noticed') noticed++;
  console.log(`${ended}: ${fault[0]}: ${JSON.stringify(fault[1])} → ${JSON.stringify(fault[2])}`);
}
rmSync(copy, { recursive: true });
console.log(`${noticed} of ${chosen.length} noticed`);
process.exitCode = noticed >= chosen.length * WANTED ? 0 : 1;
