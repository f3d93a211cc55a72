/**
 * `npm run bench -- page`: writes the figures of docs/reference/performance.md and its two plots from what the measurements
 * left in `results/`. The words around them are written by hand.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawPlot } from './plot.ts';
import { type LambdaRow, type PeerRow, type Results, readResult } from './results.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/reference/performance.md');
const IMAGES = join(ROOT, 'docs/images');

function writeRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A table whose first column is words, and all others figures, or words where a head begins with a `.`. */
function writeTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = heads.map((head, index) => (index === 0 || head.startsWith('.') ? '---' : '---:'));
  return [heads.map(head => head.replace('.', '')), rule, ...rows].map(writeRow).join('\n');
}

function writeMeasured({ on, node, rounds }: Results[keyof Results]): string {
  return `Measured on ${on}, Node ${node.slice(1)}, ${rounds} rounds.`;
}

function judge(value: number, most: number | undefined): string {
  if (most === undefined) return '';
  return value <= most ? String(most) : `${most}: **missed**`;
}

/** As people read it: two digits that count. */
function writeMicros(micros: number): string {
  return micros < 10 ? micros.toFixed(1) : micros.toFixed(0);
}

function writeSteps(steps: Results['steps']): string {
  const rows = steps.rows.map(({ name, micros, byArithmetic, byJose, aim }) => [
    name,
    writeMicros(micros),
    byArithmetic.toFixed(2),
    byJose.toFixed(2),
    aim,
  ]);
  return `${writeMeasured(steps)}\n\n${writeTable(['step', 'µs', '× node:crypto', '× jose', '.aim'], rows)}`;
}

const PEERS: { readonly [name: string]: string } = {
  echo: 'answers, and does nothing',
  floor: 'floor',
  ours: '**kite-sts**',
  sdk: "middy, jose and AWS's client",
};

function writePeers(peers: Results['peers']): string {
  const find = (rows: readonly PeerRow[], name: string) => rows.find(row => row.name === name) as PeerRow;
  const rows = Object.entries(PEERS).map(([name, says]) => {
    const [one, sixteen] = [find(peers.one, name), find(peers.sixteen, name)];
    const spread = name === 'floor' ? '' : `${sixteen.from.toFixed(2)}, ${sixteen.to.toFixed(2)}`;
    const cells = [one.micros.toFixed(0), one.byFloor.toFixed(2)];
    return [says, ...cells, sixteen.micros.toFixed(0), sixteen.byFloor.toFixed(2), spread];
  });
  const heads = ['', '1 connection, µs', '× floor', '16 connections, µs', '× floor', 'from, to'];
  return `${writeMeasured(peers)}\n\n${writeTable(heads, rows)}`;
}

/** As ratios to the empty handler: what issue and page call the aims. */
export const LAMBDA_AIMS: { readonly [name: string]: { readonly cold: number; readonly warm: number } } = {
  'discovery: health': { cold: 1.3, warm: 1.1 },
  'exchange: denied': { cold: 1.6, warm: 1.6 },
  'exchange: AWS, by STS': { cold: 1.8, warm: 2.6 },
};

function writeCold(lambda: Results['lambda']): string {
  const rows = lambda.rows.map(({ name, init, first, wholeByEmpty }) => [
    name,
    init.toFixed(1),
    first.toFixed(1),
    wholeByEmpty.toFixed(2),
    judge(wholeByEmpty, LAMBDA_AIMS[name]?.cold),
  ]);
  const heads = ['', 'initialization, ms', 'first answer, ms', 'both, × empty', '.aim'];
  return `${writeMeasured(lambda)}\n\n${writeTable(heads, rows)}`;
}

function writeWarm({ rows }: Results['lambda']): string {
  const cells = rows.map(({ name, warm, warmByEmpty, warmByFloor }) => [
    name,
    warm.toFixed(3),
    warmByEmpty.toFixed(2),
    warmByFloor.toFixed(2),
    judge(warmByEmpty, LAMBDA_AIMS[name]?.warm),
  ]);
  return writeTable(['', 'ms', '× empty', '× floor', '.aim'], cells);
}

/** Whom the plots and the tables by memory compare. */
const COMPARED: { readonly [name: string]: string } = {
  'exchange: AWS, by STS': 'kite-sts',
  'peer: floor, by STS': 'the floor',
  "peer: AWS's client, by STS": "middy, jose and AWS's client",
};

function listCompared({ rows }: Results['lambda']): readonly (readonly [says: string, row: LambdaRow])[] {
  return Object.entries(COMPARED).flatMap(([name, says]) => {
    const row = rows.find(each => each.name === name);
    return row ? [[says, row] as const] : [];
  });
}

function writeMemory(lambda: Results['lambda']): string {
  const compared = listCompared(lambda);
  const lines = (what: string, read: (row: LambdaRow) => readonly number[], write: (n: number) => string) =>
    compared
      .filter(([, row]) => read(row).length > 0)
      .map(([says, row]) => [`${what}, ${says}`, ...read(row).map(write)]);
  const rows = [
    ...lines(
      'first answer, ms',
      row => row.answers,
      ms => ms.toFixed(0),
    ),
    ...lines(
      'the same by a clock, ms',
      row => row.throttled,
      ms => ms.toFixed(0),
    ),
    ...lines(
      'a million exchanges',
      row => row.costs,
      dollars => `$${dollars.toFixed(2)}`,
    ),
  ];
  return writeTable(['', ...lambda.memory.map(memory => `${memory} MB`)], rows);
}

function writeCommand(command: Results['command']): string {
  const rows = command.rows.map(({ name, ms, byNode }) => [
    name,
    ms.toFixed(0),
    byNode.toFixed(2),
    judge(byNode, 3),
  ]);
  return `${writeMeasured(command)}\n\n${writeTable(['', 'ms', '× `node -e 0`', '.aim'], rows)}`;
}

function writeFleet(fleet: Results['fleet']): string {
  const rows = fleet.rows.map(({ name, value, beside }) => [
    name,
    value.toFixed(2),
    beside.toFixed(2),
    (value / beside).toFixed(2),
  ]);
  return `${writeMeasured(fleet)}\n\n${writeTable(['', 'taken', 'beside', '×'], rows)}`;
}

/** The text of the page with the figures that the results have: each stands between two comments of its name. */
export function fillPage(page: string): string {
  const lambda = readResult('lambda');
  const figures = {
    steps: writeSteps(readResult('steps')),
    peers: writePeers(readResult('peers')),
    cold: writeCold(lambda),
    warm: writeWarm(lambda),
    memory: writeMemory(lambda),
    command: writeCommand(readResult('command')),
    fleet: writeFleet(readResult('fleet')),
  };
  return Object.entries(figures).reduce((text, [name, written]) => {
    const place = new RegExp(`(<!-- figures: ${name} -->\n)[^]*?(\n<!-- end -->)`);
    if (!place.test(text)) throw new Error(`the page has no place for ${name}`);
    return text.replace(place, (_, begin: string, end: string) => `${begin}\n${written}\n${end}`);
  }, page);
}

/** The plots by their files. */
export function drawPlots(): { readonly [file: string]: string } {
  const [peers, lambda] = [readResult('peers'), readResult('lambda')];
  return {
    'latency-by-load.svg': drawPlot({
      title: 'Latency by load: median milliseconds of an exchange by STS',
      below: 'connections at once, one process, one CPU shared with client and STS',
      beside: 'ms',
      places: peers.loads,
      lines: peers.latencies,
    }),
    'first-answer.svg': drawPlot({
      title: 'First answer by memory: milliseconds, computed from CPU time',
      below: 'memory of the function, MB',
      beside: 'ms',
      places: lambda.memory,
      lines: listCompared(lambda).map(([name, { answers }]) => ({ name, values: answers })),
    }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url) || process.argv[2] === 'page') {
  writeFileSync(PAGE, fillPage(readFileSync(PAGE, 'utf8')));
  for (const [file, plot] of Object.entries(drawPlots())) writeFileSync(join(IMAGES, file), plot);
}
