/**
 * Looks for inputs that break what must hold of every subject token, key set, policy and request:
 * `npm run fuzz -- [SECONDS] [TARGET] [SEED]`, SECONDS for all targets together. Coverage leads the way.
 * `npm run fuzz -- replay TARGET FILE` judges one input again.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Failure, Order, Report } from './loop.ts';
import type { Target } from './target.ts';
import { TARGETS } from './targets.ts';

const DEFAULT_SECONDS = 60;
/** Milliseconds that one input may take before it counts as one that never ends. */
const PATIENCE = 10_000;
const PRINTED = 4_096;

function usage(): never {
  console.error('usage: npm run fuzz -- [SECONDS] [TARGET] [SEED], or replay TARGET FILE');
  console.error(`targets: ${TARGETS.map(({ name }) => name).join(', ')}`);
  process.exit(64);
}

function print({ name }: Target, { input, says }: Failure): void {
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const file = join(tmpdir(), `kite-sts-fuzz-${name}-${digest}`);
  writeFileSync(file, input);
  const text = Buffer.from(input).toString('base64');
  console.error(`${name}: ${says.slice(0, PRINTED)}`);
  console.error(`${input.length} bytes: ${text.slice(0, PRINTED)}${text.length > PRINTED ? '…' : ''}`);
  console.error(`npm run fuzz -- replay ${name} ${file}`);
}

/** Runs one target in a thread; an input that does not end is told, and ends the thread. */
function fuzz(target: Target, seconds: number, seed: number): Promise<Report | Failure> {
  return new Promise((resolve, reject) => {
    const shared = new SharedArrayBuffer(8 + target.most);
    const [counter, bytes] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, 8)];
    const order: Order = { target: target.name, seconds, seed, shared };
    const worker = new Worker(new URL('./loop.ts', import.meta.url), { workerData: order });
    let seen = { count: 0, at: performance.now() };
    const watch = setInterval(() => {
      const count = Atomics.load(counter, 0);
      if (count !== seen.count || count === 0) seen = { count, at: performance.now() };
      else if (performance.now() - seen.at > PATIENCE) {
        void worker.terminate();
        resolve({ input: bytes.slice(0, Atomics.load(counter, 1)), says: 'it does not end' });
      }
    }, 500);
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => clearInterval(watch));
  });
}

function tell({ name }: Target, report: Report): void {
  const { executions, seconds, corpus, blocks, slowest, outcomes } = report;
  const rate = Math.round(executions / seconds);
  console.log(
    `${name}: ${rate} executions a second, corpus ${corpus}, ${blocks.reached} of ${blocks.known} blocks, slowest ${slowest.toFixed(0)} ms`,
  );
  const sorted = Object.entries(outcomes).sort(([, a], [, b]) => b - a);
  console.log(`  ${sorted.map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`);
}

function named(name: string | undefined): Target {
  return TARGETS.find(each => each.name === name) ?? usage();
}

async function replay([name, file]: readonly string[]): Promise<void> {
  if (file === undefined) usage();
  else console.log(await named(name).judge(readFileSync(file)));
}

async function search([seconds = String(DEFAULT_SECONDS), name, seed]: readonly string[]): Promise<void> {
  const chosen = name === undefined ? TARGETS : [named(name)];
  const each = Number(seconds) / chosen.length;
  const from = Number(seed ?? Date.now() % 1_000_000);
  if (!(each > 0) || !Number.isSafeInteger(from)) usage();
  console.log(`seed ${from}, ${each.toFixed(0)} seconds a target`);
  let passed = 0;
  let failed = 0;
  for (const target of chosen) {
    const found = await fuzz(target, each, from);
    const failures = 'input' in found ? [found] : found.failures;
    if (!('input' in found)) tell(target, found);
    for (const failure of failures) print(target, failure);
    passed += 'input' in found ? 0 : found.executions - failures.length;
    failed += failures.length;
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

const [verb, ...rest] = process.argv.slice(2);
await (verb === 'replay' ? replay(rest) : search(process.argv.slice(2)));
