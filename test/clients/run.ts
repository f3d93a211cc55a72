import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type Expected, expectOutcome, isTried } from './expected.ts';
import { testHours } from './hours.ts';
import { type Ran, runProgram } from './run-program.ts';
import { listTools, prepareTools, type Tool } from './tools.ts';
import { WAYS, type Way } from './ways.ts';
import { SITUATIONS, type Situation, startWorld } from './world.ts';

/**
 * Every client that is here, unmodified, by every way to a credential, in every situation, against the broker that
 * `npm start` starts. A cell says how the client ended, or the step before it, and how often the broker was asked with
 * what end; it is held against expected.ts: exit code, requests, and what is printed. Exits with 1 when one differs.
 * `npm run clients -- [--npm] [WORD]`: --npm takes those alone that npm carries; WORD is part of a client's or way's name.
 */
type Outcome = Omit<Expected, 'says'> & {
  readonly text: string;
  /** Both streams, for whoever looks at a cell that is wrong. */
  readonly output: string;
};

function say(text: string): void {
  return void process.stdout.write(`${text}\n`);
}
const [words, carriedOnly] = [
  process.argv.slice(2).filter(word => word !== '--npm'),
  process.argv.includes('--npm'),
];
function isNamed(tool: Tool, { name }: Way): boolean {
  return words.every(word => `${tool.name} ${name}`.includes(word));
}

const world = await startWorld();

async function isInstalled({ name, version }: Tool): Promise<boolean> {
  const { exits, output } = await runProgram(version, { HOME: world.folder });
  say(`  ${name}: ${exits === 0 ? output.split('\n')[0] : 'NOT RUN, it is not installed'}`);
  return exits === 0;
}

async function runClient(
  tool: Tool,
  way: Way,
  situation: Situation,
): Promise<Ran & { readonly starts: boolean }> {
  const prepared = await way.prepare({ world, tool, situation });
  if ('ended' in prepared) return { ...prepared.ended, starts: false };
  const { environment, prefix = [], end } = prepared;
  // Nothing of this machine's own: the home is new for each.
  const HOME = mkdtempSync(join(world.folder, 'home-'));
  const ran = await runProgram([...prefix, ...tool.words], { HOME, ...tool.settings, ...environment });
  await end?.();
  return { ...ran, starts: true };
}

async function tryCell(tool: Tool, way: Way, situation: Situation): Promise<Outcome> {
  const { exits, output, printed, starts } = await runClient(tool, way, situation);
  // Terraform breaks its lines where it likes. Who was let in says so on standard output.
  const text = situation === 'allowed' && starts ? printed : output.replace(/\s+/g, ' ');
  return { exits: exits ?? -1, codes: world.requests(), starts, text, output };
}

function tell({ exits, codes, starts }: Omit<Expected, 'says'>): string {
  const kinds = [...new Set(codes)].map(code => `${codes.filter(each => each === code).length} ${code}`);
  return `${starts ? '' : 'step '}exit ${exits}, ${kinds.join(' + ') || 'not asked'}`;
}

const wrong: string[] = [];
const said = new Map<string, string>();

async function fillCell(tool: Tool, way: Way, situation: Situation): Promise<string> {
  if (!isTried(way, situation)) return '–';
  const outcome = await tryCell(tool, way, situation);
  const expected = expectOutcome(tool, way, situation);
  const [found] = expected.says.exec(outcome.text) ?? [];
  const who = outcome.starts && way.sort !== 'exec' ? tool.name : 'whoever reads the log';
  if (situation !== 'allowed') said.set(`${who}, ${way.sort}, ${situation}`, found ?? '');
  if (
    tell(outcome) === tell(expected) &&
    outcome.codes.join() === expected.codes.join() &&
    found !== undefined
  )
    return tell(outcome);
  wrong.push(
    `${tool.name}, ${way.name}, ${situation}: ${tell(outcome)}; expected ${tell(expected)} and ${expected.says}\n  ${outcome.output.slice(-900)}`,
  );
  return `WRONG ${tell(outcome)}`;
}

function layOut(cells: readonly string[]): string {
  return cells
    .map((cell, at) => cell.padEnd([23, 31, 19, 34, 34, 44, 0][at] ?? 0))
    .join(' ')
    .trimEnd();
}

async function fillRow(tool: Tool, way: Way): Promise<void> {
  const cells: string[] = [];
  for (const situation of SITUATIONS) cells.push(await fillCell(tool, way, situation));
  say(layOut([tool.name, way.name, ...cells]));
}

say('clients:');
const tools: Tool[] = [];
for (const tool of listTools(world))
  if ((tool.carried || !carriedOnly) && (await isInstalled(tool))) tools.push(tool);
await prepareTools(world, tools);
say(`\n${layOut(['client', 'way', ...SITUATIONS])}`);
for (const tool of tools)
  for (const way of WAYS) if (way.serves(tool) && isNamed(tool, way)) await fillRow(tool, way);
if (words.length === 0 || words.join() === 'hours') wrong.push(...(await testHours(world, tools, say)));
say('\nwhat is said of a refusal:');
for (const [who, text] of said) say(`  ${who}: ${text.length > 300 ? `${text.slice(0, 300)}…` : text}`);
for (const each of wrong) say(`\nWRONG ${each}`);
say(wrong.length === 0 ? '\nall as expected' : `\n${wrong.length} not as expected`);
await world.close();
process.exit(wrong.length === 0 ? 0 : 1);
