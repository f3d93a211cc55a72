/**
 * `npm run lambda [-- ROUNDS]`: the packaged functions under AWS's own Runtime Interface Client. Every route is
 * asked cold and warm; then CPU time is told as ratios to an empty handler, all in turn within one run. Exits
 * with 1 when an answer is wrong or an aim is missed. The Client is built here once, which needs cmake and a C++
 * compiler.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JSONWebKeySet } from 'jose';
import { httpEvent } from '../harness/gateway.ts';
import { testIssuer } from '../harness/issuer.ts';
import { type Folders, folders } from './folders.ts';
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
  readonly of: keyof Folders['of'];
  readonly event: unknown;
  readonly status: number;
  readonly aims?: { readonly cold: number; readonly warm: number };
};

const WARM_UP = 500;
const BLOCK = 100;
const AIMS = { cold: 2, warm: 3 };

const issuer = await testIssuer();
if (!built()) {
  console.log(
    'aws-lambda-ric could not be built here, so nothing was run. It needs cmake, make and a C++ compiler.',
  );
  process.exit(1);
}
const aws = await upstream();
const packed = await folders(issuer);
function start({ of }: Pick<Measured, 'of'>): Promise<Running> {
  return run(packed.of[of], aws.environment);
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
  },
  { name: 'exchange: no token', of: 'exchange', event: httpEvent({ body: 'grant_type=x' }), status: 400 },
  {
    name: 'exchange: denied',
    of: 'exchange',
    event: await exchangeEvent(issuer, 'deploy', { build_branch: 'other' }),
    status: 400,
  },
  {
    name: 'exchange: AWS, by STS',
    of: 'exchange',
    event: await exchangeEvent(issuer, 'deploy'),
    status: 200,
    aims: AIMS,
  },
  {
    name: 'exchange: JWT, by KMS',
    of: 'exchange',
    event: await exchangeEvent(issuer, 'publish'),
    status: 200,
  },
];

async function ask(running: Running | undefined, { name, event, status }: Measured): Promise<void> {
  const { statusCode } = (await running?.invoke(event)) ?? {};
  if (statusCode !== status) throw new Error(`${name}: ${statusCode}\n${running?.written()}`);
}

/** CPU milliseconds of a new process until it has given its first answer. */
async function coldRound(): Promise<number[]> {
  const times: number[] = [];
  for (const each of measured) {
    const running = await start(each);
    await ask(running, each);
    times.push(running.cpu());
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

let wrong = await askAll();
if (wrong === 0) {
  const rounds = Number(process.argv[2] ?? 15);
  const cold: number[][] = [];
  while (cold.length < rounds) cold.push(await coldRound());
  wrong = report(cold, await warmRounds(rounds));
}
aws.close();
packed.remove();
process.exitCode = wrong === 0 ? 0 : 1;
