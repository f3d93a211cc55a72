/**
 * Fuzzes one target in a thread of its own, so that an input that never ends can be told from outside. The
 * input at hand lies in shared memory for that. Inputs that reach a new block are kept and changed further.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { randomFrom } from '../oracle/random.ts';
import { Coverage } from './coverage.ts';
import { mutate, NOTHING, shrink } from './mutate.ts';

export type Order = {
  readonly target: string;
  readonly seconds: number;
  readonly seed: number;
  /** Two 32-bit words, the count of executions and the length of the input, and then the input. */
  readonly shared: SharedArrayBuffer;
};
export type Failure = { readonly input: Uint8Array; readonly says: string };
export type Report = {
  readonly executions: number;
  readonly seconds: number;
  readonly corpus: number;
  readonly blocks: { readonly reached: number; readonly known: number };
  readonly slowest: number;
  readonly outcomes: { readonly [outcome: string]: number };
  readonly failures: readonly Failure[];
};

/** So many executions share one look at the coverage, which costs more than most of them. */
const BATCH = 64;
const MAX_FAILURES = 5;
// The YAML parser's blocks lead to texts of other shapes, on which our own reader must agree with it.
const WATCHED = /\/lib\/(token|policy|protocols)\/|\/yaml\/dist\/(parse|compose)\//;

const { target: name, seconds, seed, shared } = workerData as Order;
const coverage = new Coverage(WATCHED);
coverage.start();
// Imported only now: V8 counts the blocks of what is loaded from here on.
const { TARGETS } = await import('./targets.ts');
const { ACCEPTED } = await import('./target.ts');
const found = TARGETS.find(each => each.name === name);
if (!found) throw new Error(`no target ${name}`);
const target = found;

const words = new Int32Array(shared, 0, 2);
const room = new Uint8Array(shared, 8);
const outcomes: { [outcome: string]: number } = {};
const failures = new Map<string, Failure>();
let executions = 0;
let slowest = 0;

async function judged(input: Uint8Array): Promise<string | Error> {
  room.set(input);
  Atomics.store(words, 1, input.length);
  Atomics.store(words, 0, ++executions);
  const started = performance.now();
  try {
    const outcome = await target.judge(input);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    return outcome;
  } catch (error) {
    return error as Error;
  } finally {
    slowest = Math.max(slowest, performance.now() - started);
  }
}

/** One failure of each kind: what is wrong and where, without the values. */
function kindOf(outcome: string | Error): string | undefined {
  return outcome instanceof Error
    ? [outcome.name, ...(outcome.stack?.match(/file:\S+/g)?.slice(0, 2) ?? [])].join(' ')
    : undefined;
}

async function execute(input: Uint8Array): Promise<string | Error> {
  const outcome = await judged(input);
  const kind = kindOf(outcome);
  if (kind === undefined || failures.size >= MAX_FAILURES || failures.has(kind)) return outcome;
  const shortest = await shrink(input, async shorter => kindOf(await judged(shorter)) === kind);
  failures.set(kind, { input: shortest, says: String(((await judged(shortest)) as Error).stack) });
  return outcome;
}

const draw = randomFrom(seed).below;
const pantry = { draw, words: target.words.map(each => Buffer.from(each)), corpus: [...target.seeds] };
/** Of the corpus, what was taken: an input near it gets further than one near what was refused. */
const taken = [...target.seeds];
/** Short ones are preferred: they run faster and say more. */
function pick(): Uint8Array {
  const from = draw(2) === 0 ? taken : pantry.corpus;
  const [one, other] = [draw, draw].map(each => from[each(from.length)] ?? NOTHING);
  return one && other && one.length < other.length ? one : (other ?? NOTHING);
}

/** Finds out which inputs of a batch reached something new, and keeps those. */
async function sort(batch: readonly Uint8Array[]): Promise<void> {
  for (const input of batch) {
    coverage.look();
    const outcome = await execute(input);
    if (!coverage.fresh(coverage.look(), true)) continue;
    pantry.corpus.push(input);
    if (outcome === ACCEPTED) taken.push(input);
  }
}

const started = performance.now();
function elapsed(): number {
  return (performance.now() - started) / 1000;
}
for (const input of target.seeds) await execute(input);
coverage.fresh(coverage.look(), true);
while (elapsed() < seconds) {
  const batch: Uint8Array[] = [];
  while (batch.length < BATCH && elapsed() < seconds) {
    const input = mutate(pick(), pantry, target.most);
    batch.push(input);
    await execute(input);
  }
  const look = coverage.look();
  if (!coverage.fresh(look, false)) continue;
  await sort(batch);
  // What no single input showed again, such as a first call, is not to be sought for ever.
  coverage.fresh(look, true);
}
const report: Report = {
  executions,
  seconds: elapsed(),
  corpus: pantry.corpus.length,
  blocks: coverage.blocks(),
  slowest,
  outcomes,
  failures: [...failures.values()],
};
parentPort?.postMessage(report);
