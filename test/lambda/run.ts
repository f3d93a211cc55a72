/**
 * `npm run lambda [-- ROUNDS [write]]`: the packaged functions under AWS's own Runtime Interface Client. Every route is
 * asked cold and warm; then CPU time is told as ratios to an empty handler, all in turn within one run, and beside a
 * hand-written floor and a broker of AWS's client; then what a first answer takes and a million exchanges cost by
 * memory. `write` keeps the result for the page. Exits with 1 when an answer is wrong or an aim is missed. The Client is built here
 * once, which needs cmake and a C++ compiler.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JSONWebKeySet } from 'jose';
import { LAMBDA_AIMS } from '../bench/page.ts';
import { describeMeasurement, type LambdaRow, saveResult } from '../bench/results.ts';
import { httpEvent } from '../harness/gateway.ts';
import { testIssuer } from '../harness/issuer.ts';
import { type Folders, folders } from './folders.ts';
import { packPeers } from './peers.ts';
import { cases, exchangeEvent } from './routes.ts';
import { type Running, run } from './runtime.ts';
import { upstream } from './upstream.ts';

const CLIENT = join(import.meta.dirname, 'node_modules/aws-lambda-ric/rapid-client.node');

function built(): boolean {
  if (existsSync(CLIENT)) return true;
  console.log('building the Runtime Interface Client, which takes a minute or more');
  try {
    execFileSync('npm', ['ci'], { cwd: import.meta.dirname, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {
    // What npm wrote stands above.
  }
  return existsSync(CLIENT);
}

type Measured = {
  readonly name: string;
  readonly of: keyof Folders['of'] | 'floor' | 'sdk';
  readonly event: unknown;
  readonly status: number;
  readonly aims?: { readonly cold: number; readonly warm: number } | undefined;
};

const WARM_UP = 300;
const BLOCK = 100;
const issuer = await testIssuer();
if (!built()) {
  console.log(
    'aws-lambda-ric could not be built here, so nothing was run. It needs cmake, make and a C++ compiler.',
  );
  process.exit(1);
}
const aws = await upstream();
const packed = await folders(issuer);
const peers = await packPeers(issuer);
function start({ of }: Pick<Measured, 'of'>): Promise<Running> {
  return run({ ...packed.of, ...peers.of }[of], { ...aws.environment, ...peers.environment });
}

/** Asks every route twice of a new process, and says which answers are wrong. */
async function askAll(): Promise<number> {
  let [passed, failed] = [0, 0];
  let published: JSONWebKeySet = { keys: [] };
  for (const each of await cases(issuer, () => published)) {
    const running = await start(each);
    for (const how of ['cold', 'warm']) {
      try {
        const result = await running.invoke(each.event);
        await each.check(result);
        if (each.event.rawPath.endsWith('jwks.json')) published = JSON.parse(result.body ?? '');
        passed++;
      } catch (error) {
        failed++;
        console.log(`${each.of}, ${how}: ${each.name}: ${(error as Error).message}\n${running.written()}`);
      }
    }
    await running.end();
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed;
}

const measured: readonly Measured[] = [
  { name: 'empty handler', of: 'empty', event: httpEvent(), status: 200 },
  {
    name: 'discovery: health',
    of: 'discovery',
    event: httpEvent({ method: 'GET', path: '/health' }),
    status: 200,
    aims: LAMBDA_AIMS['discovery: health'],
  },
  { name: 'exchange: no token', of: 'exchange', event: httpEvent({ body: 'grant_type=x' }), status: 400 },
  {
    name: 'exchange: denied',
    of: 'exchange',
    event: await exchangeEvent(issuer, 'deploy', { build_branch: 'other' }),
    status: 400,
    aims: LAMBDA_AIMS['exchange: denied'],
  },
  {
    name: 'exchange: AWS, by STS',
    of: 'exchange',
    event: await exchangeEvent(issuer, 'deploy'),
    status: 200,
    aims: LAMBDA_AIMS['exchange: AWS, by STS'],
  },
  {
    name: 'exchange: JWT, by KMS',
    of: 'exchange',
    event: await exchangeEvent(issuer, 'publish'),
    status: 200,
  },
  {
    name: 'peer: floor, by STS',
    of: 'floor',
    event: await exchangeEvent(issuer, 'deploy'),
    status: 200,
  },
  {
    name: 'peer: floor, denied',
    of: 'floor',
    event: await exchangeEvent(issuer, 'deploy', { build_branch: 'other' }),
    status: 403,
  },
  {
    name: "peer: AWS's client, by STS",
    of: 'sdk',
    event: await exchangeEvent(issuer, 'deploy'),
    status: 200,
  },
];

async function ask(running: Running | undefined, { name, event, status }: Measured): Promise<void> {
  const { statusCode } = (await running?.invoke(event)) ?? {};
  if (statusCode !== status) throw new Error(`${name}: ${statusCode}\n${running?.written()}`);
}

/** CPU milliseconds of a new process: until it asks for its first event, and until it has given its first answer. */
type ColdStart = { readonly init: number; readonly whole: number };

async function coldRound(): Promise<ColdStart[]> {
  const times: ColdStart[] = [];
  for (const each of measured) {
    const running = await start(each);
    await running.ready();
    const init = running.cpu();
    await ask(running, each);
    times.push({ init, whole: running.cpu() });
    await running.end();
  }
  return times;
}

/** CPU milliseconds of one answer of a process that has given many, on average over a block of them. */
async function warmRounds(rounds: number): Promise<number[][]> {
  const running = await Promise.all(measured.map(start));
  const round = (count: number) =>
    measured.reduce<Promise<number[]>>(async (before, each, index) => {
      const times = await before;
      const started = running[index]?.cpu() ?? 0;
      for (let done = 0; done < count; done++) await ask(running[index], each);
      return [...times, ((running[index]?.cpu() ?? 0) - started) / count];
    }, Promise.resolve([]));
  await round(WARM_UP);
  const times: number[][] = [];
  while (times.length < rounds) times.push(await round(BLOCK));
  await Promise.all(running.map(each => each.end()));
  return times;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** The median of what was measured, and of its ratio to the empty handler's in the same round. */
function summary(rounds: readonly (readonly number[])[], index: number) {
  return {
    ms: median(rounds.map(round => round[index] ?? Number.NaN)),
    ratio: median(rounds.map(round => (round[index] ?? Number.NaN) / (round[0] ?? Number.NaN))),
  };
}

function report(cold: readonly number[][], warm: readonly number[][]): number {
  let missed = 0;
  const told = ({ ratio }: { readonly ratio: number }, most: number): string => {
    if (ratio > most) missed++;
    return `${ratio > most ? 'MISSED' : 'met'}: at most ${most} ×`;
  };
  const columns = (cells: readonly string[]): string => cells.map(cell => cell.padStart(9)).join('');
  console.log(`${'CPU time'.padEnd(26)}${columns(['cold ms', '× empty', 'warm ms', '× empty'])}`);
  for (const [index, { name, aims }] of measured.entries()) {
    const [first, later] = [summary(cold, index), summary(warm, index)];
    const cells = [first.ms.toFixed(1), first.ratio.toFixed(2), later.ms.toFixed(3), later.ratio.toFixed(2)];
    const says = aims ? `  cold ${told(first, aims.cold)}, warm ${told(later, aims.warm)}` : '';
    console.log(`${name.padEnd(26)}${columns(cells)}${says}`);
  }
  for (const [name, size] of Object.entries(packed.sizes))
    console.log(`bundle ${name}: ${(size / 1024).toFixed(1)} KiB`);
  console.log(missed === 0 ? 'every aim is met' : `${missed} aims are missed`);
  return missed;
}

/** Megabytes of a function, of which this many are one CPU. */
const MEMORY = [128, 256, 512, 1024] as const;
const WHOLE_CPU = 1769;
/** Dollars of a GB-second and of a million requests on arm64; how long STS takes, and how many exchanges are cold. */
const PRICES = { gbSecond: 0.0000133334, million: 0.2 } as const;
const [STS_MS, COLD_SHARE] = [45, 0.01];
/** Which are also measured by a clock, and how often. */
const COMPARED = ['exchange: AWS, by STS', 'peer: floor, by STS', "peer: AWS's client, by STS"];
const CLOCK_ROUNDS = 5;

/** Milliseconds to a first answer: initialization has a whole CPU whatever the memory, all that follows its share. */
function estimateFirst(cold: readonly ColdStart[], memory: number): number {
  const init = median(cold.map(each => each.init));
  return init + median(cold.map(each => each.whole - each.init)) / Math.min(1, memory / WHOLE_CPU);
}

/** Dollars for a million exchanges. */
function estimateCost(cold: readonly ColdStart[], warm: readonly number[], memory: number): number {
  const usual = STS_MS + median(warm) / Math.min(1, memory / WHOLE_CPU);
  const milliseconds = usual + COLD_SHARE * estimateFirst(cold, memory);
  return (memory / 1024) * milliseconds * 1000 * PRICES.gbSecond + PRICES.million;
}

/** Milliseconds by a clock to the first answer of a new process that has its memory's share of a CPU once it is ready. */
async function measureThrottled(each: Measured, memory: number): Promise<number | undefined> {
  const began = performance.now();
  const running = await start(each);
  await running.ready();
  const init = performance.now() - began;
  const isHeld = running.throttle(memory / WHOLE_CPU);
  const asked = performance.now();
  await ask(running, each);
  const first = performance.now() - asked;
  await running.end();
  return isHeld ? init + first : undefined;
}

/** By memory; empty where this machine does not let us hold a process. */
async function measureByClock(each: Measured, rounds: number): Promise<readonly number[]> {
  const medians: number[] = [];
  for (const memory of MEMORY) {
    const times: number[] = [];
    while (times.length < rounds) {
      const time = await measureThrottled(each, memory);
      if (time === undefined) return [];
      times.push(time);
    }
    medians.push(median(times));
  }
  return medians;
}

type Rounds = readonly (readonly number[])[];

async function describeRows(cold: readonly (readonly ColdStart[])[], warm: Rounds): Promise<LambdaRow[]> {
  const floor = measured.findIndex(({ of }) => of === 'floor');
  const rows: LambdaRow[] = [];
  for (const [index, each] of measured.entries()) {
    const starts = cold.flatMap(round => round[index] ?? []);
    const answers = warm.flatMap(round => round[index] ?? []);
    rows.push({
      name: each.name,
      init: median(starts.map(({ init }) => init)),
      first: median(starts.map(({ init, whole }) => whole - init)),
      wholeByEmpty: summary(
        cold.map(round => round.map(({ whole }) => whole)),
        index,
      ).ratio,
      warm: median(answers),
      warmByEmpty: summary(warm, index).ratio,
      warmByFloor: median(warm.map(round => (round[index] ?? Number.NaN) / (round[floor] ?? Number.NaN))),
      answers: MEMORY.map(memory => estimateFirst(starts, memory)),
      throttled: COMPARED.includes(each.name) ? await measureByClock(each, CLOCK_ROUNDS) : [],
      costs: MEMORY.map(memory => estimateCost(starts, answers, memory)),
    });
  }
  return rows;
}

function tellByMemory(rows: readonly LambdaRow[]): void {
  console.log(`\nby MB: ${MEMORY.join(', ')}`);
  const columns = (values: readonly number[]): string =>
    values.map(each => each.toFixed(0).padStart(6)).join('');
  for (const { name, init, first, answers, throttled, costs } of rows) {
    const dollars = costs.map(each => each.toFixed(2).padStart(6)).join('');
    console.log(
      `${name.padEnd(28)} init ${init.toFixed(1)} first ${first.toFixed(1)} | first answer, ms ${columns(answers)} | by a clock ${columns(throttled)} | $ a million ${dollars}`,
    );
  }
}

let wrong = await askAll();
if (wrong === 0) {
  const rounds = Number(process.argv[2] ?? 15);
  const cold: ColdStart[][] = [];
  while (cold.length < rounds) cold.push(await coldRound());
  const warm = await warmRounds(rounds);
  wrong = report(
    cold.map(round => round.map(({ whole }) => whole)),
    warm,
  );
  const rows = await describeRows(cold, warm);
  tellByMemory(rows);
  saveResult('lambda', { ...describeMeasurement(rounds), memory: MEMORY, rows });
}
aws.close();
packed.remove();
peers.remove();
process.exitCode = wrong === 0 ? 0 : 1;
