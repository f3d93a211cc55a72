/**
 * `node test/faults/run.ts [WORD]`: what a broker says while something that it asks is broken, as a table; WORD is a
 * part of the rows' names. Every service, in every way, at the start of a process and later, over real HTTP; and a
 * process that is killed or frozen while it asks one. In every cell: no credential without its audit event, none that
 * is denied where nothing is broken, one for each token of a `single_use` role, 503 for what is ours and the usual
 * refusal for what is theirs, no secret in any output, and all as before within 30 seconds. Exits with 1 when a cell
 * is not so.
 */
import { endAll } from '../harness/endings.ts';
import { type Backends, backends } from './backends.ts';
import { type Judged, judge, type Trouble } from './cell.ts';
import { type Blow, judgeBlow } from './children.ts';
import { FAULTS, type Fault, SERVICES } from './fault.ts';

const HOUR = 60 * 60;
/** Cells at one time: most of their time they wait. */
const AT_ONCE = 9;
/** Seconds. */
const FROZEN = 120;

const TROUBLES: readonly (readonly [row: string, trouble: Trouble])[] = [
  ...SERVICES.flatMap(service =>
    (Object.keys(FAULTS) as Fault[]).map(fault => [`${service}: ${fault}`, { service, fault }] as const),
  ),
  ['clock: an hour ahead', { service: 'clock', seconds: HOUR }],
  ['clock: an hour behind', { service: 'clock', seconds: -HOUR }],
];

type Row = { readonly name: string; readonly judge: (behind: Backends) => Promise<Judged> };

const blow = (name: string, struck: Blow): Row => ({
  name,
  judge: behind => judgeBlow(name, struck, behind),
});

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

const tell = ({ name }: Row, { ends, complaints }: Judged): void => {
  const counts = [...ends].sort(([, a], [, b]) => b - a).map(([end, count]) => `${end} ${count}`);
  console.log(`${complaints.length === 0 ? 'held  ' : 'BROKEN'} ${name.padEnd(46)} ${counts.join(', ')}`);
  for (const complaint of new Set(complaints)) console.log(`         ${complaint}`);
};

const behind = await backends();
const judged = new Map<Row, Judged>();
const left = [...rows];
const work = async (): Promise<void> => {
  for (let row = left.shift(); row; row = left.shift()) judged.set(row, await row.judge(behind));
};
await Promise.all(Array.from({ length: AT_ONCE }, work));
for (const row of rows) tell(row, judged.get(row) ?? { ends: new Map(), complaints: ['it was not judged'] });
const broken = [...judged.values()].filter(({ complaints }) => complaints.length > 0).length;
console.log(`${judged.size - broken} cells held, ${broken} broken`);
process.exitCode = broken === 0 ? 0 : 1;
await endAll();
