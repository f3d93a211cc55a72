/**
 * `node test/faults/run.ts [WORD]`: what a broker says while something that it asks is broken, as a table; WORD is a
 * part of the rows' names. Every service, in every way, at the start of a process and later, over real HTTP; and a
 * process that is killed or frozen while it asks one. In every cell: no credential without its audit event, none that
 * is denied where nothing is broken, one for each token of a `single_use` role, 503 for what is ours and the usual
 * refusal for what is theirs, no secret in any output, no redirect followed, and all as before within 30 seconds.
 *
 * Patience is real time. Where something came too late while other work kept the processor, that says nothing: the cell
 * is judged again, with less beside it, and at last alone. Exits with 1 when a cell is not as it must be, and with 2 when
 * one could not be judged for want of time.
 */
import { endAll } from '../harness/endings.ts';
import { type Backends, backends } from './backends.ts';
import { type Judged, judge, type Trouble } from './cell.ts';
import { type Blow, judgeBlow } from './children.ts';
import { FAULTS, FAULTS_OF, SERVICES } from './fault.ts';
import { stopWatching, wasStarved, watchTurns } from './starvation.ts';

const HOUR = 60 * 60;
/** Cells at one time: most of their time they wait. A round later those that were starved, and so on. */
const AT_ONCE = [9, 3, 1, 1, 1];
/** Seconds. */
const FROZEN = 120;

const TROUBLES: readonly (readonly [row: string, trouble: Trouble])[] = [
  ...SERVICES.flatMap(service =>
    Object.keys({ ...FAULTS, ...FAULTS_OF[service] }).map(
      fault => [`${service}: ${fault}`, { service, fault }] as const,
    ),
  ),
  ['clock: an hour ahead', { service: 'clock', seconds: HOUR }],
  ['clock: an hour behind', { service: 'clock', seconds: -HOUR }],
];

type Row = { readonly name: string; readonly judge: (behind: Backends) => Promise<Judged> };

function blow(name: string, struck: Blow): Row {
  return { name, judge: behind => judgeBlow(name, struck, behind) };
}

/** Before a service got the call, and after it did what was asked. */
const killed = SERVICES.flatMap(service => [
  blow(`${service}: killed before it`, { service, fault: 'hang' }),
  blow(`${service}: killed after it`, { service, fault: 'hang after it was done' }),
]);
const frozen = (['switches', 'spent tokens', 'STS', 'audit sink'] as const).map(service =>
  blow(`${service}: frozen for ${FROZEN} s`, { service, fault: 'hang', frozen: FROZEN }),
);
const cells: readonly Row[] = TROUBLES.flatMap(([row, trouble]) =>
  (['cold', 'warm'] as const).map(start => ({
    name: `${row}, ${start}`,
    judge: (behind: Backends) => judge({ name: `${row}, ${start}`, trouble, start }, behind),
  })),
);
// The frozen first: the others are done while they wait.
const rows = [...frozen, ...killed, ...cells].filter(({ name }) => name.includes(process.argv[2] ?? ''));

type Verdict = 'held' | 'BROKEN' | 'STARVED';

function verdictOf({ complaints, late }: Judged, starved: boolean): Verdict {
  if (complaints.length > 0) return 'BROKEN';
  if (late.length === 0) return 'held';
  return starved ? 'STARVED' : 'BROKEN';
}

type Told = { readonly judged: Judged; readonly verdict: Verdict };

async function judgeRow(row: Row, behind: Backends): Promise<Told> {
  const began = performance.now();
  // Such as a table that could not be made in time: nothing was judged.
  const judged = await row
    .judge(behind)
    .catch((error: Error): Judged => ({ ends: new Map(), complaints: [], late: [`${error}`] }));
  return { judged, verdict: verdictOf(judged, wasStarved(began)) };
}

function tell({ name }: Row, { judged, verdict }: Told): void {
  const { ends, complaints, late } = judged;
  const counts = [...ends].sort(([, a], [, b]) => b - a).map(([end, count]) => `${end} ${count}`);
  console.log(`${verdict.padEnd(7)} ${name.padEnd(46)} ${counts.join(', ')}`);
  for (const complaint of new Set([...complaints, ...late])) console.log(`          ${complaint}`);
}

async function judgeAll(left: Row[], atOnce: number, told: Map<Row, Told>): Promise<void> {
  const work = async (): Promise<void> => {
    for (let row = left.shift(); row; row = left.shift()) told.set(row, await judgeRow(row, behind));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

const behind = await backends();
const told = new Map<Row, Told>();
watchTurns();
let [left, again] = [rows, 0];
for (const atOnce of AT_ONCE) {
  await judgeAll([...left], atOnce, told);
  left = rows.filter(row => told.get(row)?.verdict === 'STARVED');
  if (left.length === 0) break;
  again += left.length;
}
stopWatching();
for (const row of rows) {
  const each = told.get(row);
  if (each) tell(row, each);
}
function count(verdict: Verdict): number {
  return [...told.values()].filter(each => each.verdict === verdict).length;
}
const [broken, starved] = [count('BROKEN'), count('STARVED')];
console.log(
  `${count('held')} cells held, ${broken} broken, ${starved} not judged for want of time (${again} judged again)`,
);
if (broken > 0) process.exitCode = 1;
else if (starved > 0) process.exitCode = 2;
await endAll();
