import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parse } from 'yaml';
import { emptyFolder } from './local.ts';
import { ROOT, read } from './markdown.ts';

export const ACTION = 'plugins/github-action';

type Texts = { readonly [name: string]: string };
type Step = { readonly id: string; readonly shell: string; readonly run: string; readonly env: Texts };
type Composite = {
  readonly inputs: {
    readonly [input: string]: { readonly required?: boolean; readonly default?: string };
  };
  readonly outputs: { readonly [output: string]: { readonly value: string } };
  readonly runs: { readonly using: string; readonly steps: readonly [Step] };
};

export const COMPOSITE = parse(read(`${ACTION}/action.yml`)) as Composite;
const [STEP] = COMPOSITE.runs.steps;

/** `${{ inputs.role }}` and the like: the last word is what is looked up. */
function evaluated(expression: string, known: Texts): string {
  return expression.replace(/^\$\{\{ [\w.]+\.([\w-]+) \}\}$/, (_, name) => known[name] ?? '');
}

function environmentOf(inputs: Texts): Texts {
  const defaults = Object.entries(COMPOSITE.inputs).map(([name, { default: usual = '' }]) => [name, usual]);
  const given: Texts = { ...Object.fromEntries(defaults), ...inputs };
  return Object.fromEntries(Object.entries(STEP.env).map(([name, value]) => [name, evaluated(value, given)]));
}

/** The commands of a runner, which also obeys the old form anywhere in a line (actions/runner, ActionCommand.cs). */
const NAMES =
  'add-mask|add-path|debug|echo|endgroup|error|group|notice|save-state|set-env|set-output|stop-commands|warning';
const COMMAND = new RegExp(`^\\s*::(${NAMES})(?: [^:]*)?::(.*)$|##\\[(${NAMES})(?: [^\\]]*)?\\](.*)$`, 'i');

/** As the runner does, in its order. */
function unescapeData(data: string): string {
  return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

type Command = { readonly name: string; readonly data: string };

function commandIn(line: string): Command | undefined {
  const [, name, data, oldName, oldData] = COMMAND.exec(line) ?? [];
  const found = name ?? oldName;
  return found === undefined ? undefined : { name: found, data: unescapeData(data ?? oldData ?? '') };
}

/** As a runner reads its files: NAME=value, or NAME<<END and lines up to END. */
function variablesIn(text: string): Texts {
  const found: { [name: string]: string } = {};
  for (const [, name = '', value, , lines] of text.matchAll(
    /^([^=\n]*?)(?:=(.*)|<<(.*)\n([\s\S]*?)\n?\3)$/gm,
  ))
    found[name] = value ?? lines ?? '';
  return found;
}

export type Used = {
  readonly exits: number | null;
  /** What is neither a command nor masked. */
  readonly log: string;
  readonly commands: readonly Command[];
  /** What the steps that follow have. */
  readonly variables: Texts;
  readonly outputs: Texts;
  /** All that was printed, as it was. */
  readonly printed: string;
};

/** Both streams are one file, which a job can name too: then what goes there stands in the order of its writing. */
async function ran(environment: Texts, folder: string): Promise<Pick<Used, 'exits' | 'printed'>> {
  const script = join(folder, 'script.sh');
  writeFileSync(script, STEP.run);
  const log = openSync(join(folder, 'log'), 'a');
  // What `shell: bash` stands for.
  const words = ['--noprofile', '--norc', '-eo', 'pipefail', script];
  const child = spawn('bash', words, { env: environment, stdio: ['ignore', log, log] });
  const exits = await new Promise<number | null>(resolve => child.once('close', resolve));
  closeSync(log);
  return { exits, printed: readFileSync(join(folder, 'log'), 'utf8') };
}

function masked(log: string, commands: readonly Command[]): string {
  return commands
    .filter(({ name, data }) => name === 'add-mask' && data !== '')
    .reduce((text, { data }) => text.replaceAll(data, '***'), log);
}

/** Uses the action in a job, as the runner of GitHub does. `job` is what the job's environment has beside. */
export async function useAction(inputs: Texts, job: Texts): Promise<Used> {
  const folder = emptyFolder();
  const [GITHUB_ENV = '', GITHUB_OUTPUT = ''] = ['env', 'output'].map(name => join(folder, name));
  for (const file of [GITHUB_ENV, GITHUB_OUTPUT]) writeFileSync(file, '');
  const [HOME, RUNNER_TEMP] = ['home', 'temp'].map(name => join(folder, name)) as [string, string];
  for (const each of [HOME, RUNNER_TEMP]) mkdirSync(each);
  const files = { HOME, RUNNER_TEMP, GITHUB_ENV, GITHUB_OUTPUT };
  const runner = { PATH: process.env['PATH'] ?? '', ...files, GITHUB_ACTIONS: 'true' };
  const path = { GITHUB_ACTION_PATH: join(ROOT, ACTION) };
  const { exits, printed } = await ran({ ...runner, ...path, ...job, ...environmentOf(inputs) }, folder);
  const lines = printed.split('\n');
  const commands = lines.flatMap(line => commandIn(line) ?? []);
  const log = lines.filter(line => !commandIn(line)).join('\n');
  const step = variablesIn(readFileSync(GITHUB_OUTPUT, 'utf8'));
  const outputs = Object.entries(COMPOSITE.outputs).map(([name, { value }]) => [
    name,
    evaluated(value, step),
  ]);
  return {
    exits,
    printed,
    commands,
    log: masked(log, commands),
    variables: variablesIn(readFileSync(GITHUB_ENV, 'utf8')),
    outputs: Object.fromEntries(outputs.filter(([, value]) => value !== '')),
  };
}
