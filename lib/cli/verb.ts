import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { findNearestWord } from '../language/nearest.ts';
import { readAddress } from '../policy/cidr.ts';

/** Exit codes are API (docs/reference/cli.md). `exec` passes on its command's own, whichever that is. */
export const EXIT = {
  done: 0,
  failed: 1,
  denied: 2,
  widened: 3,
  undecided: 4,
  usage: 64,
  notStarted: 125,
} as const;

/** Where a verb reads and writes, handed in so that a test can stand in for a terminal. */
export type Terminal = {
  readonly environment: { readonly [name: string]: string | undefined };
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Is what is written read by a person at a terminal, who may want colors? */
  readonly colors?: boolean;
  /** Does what is written go into a file? Then no log has it. */
  readonly outIsFile?: boolean;
  /** Resolves when the process is asked to stop. Whoever looks at it takes that upon itself. */
  readonly stopped: Promise<void>;
};

export type Flags = { readonly [name: string]: string | boolean | (string | boolean)[] | undefined };

/** One word after `kite-sts`, in a file of its own. */
export type Verb = {
  readonly summary: string;
  /** What stands after the verb's name, its options and two examples. */
  readonly help: string;
  readonly options: ParseArgsOptionsConfig;
  /** True for verbs that read no configuration, such as those of a step: `--config` is not theirs. */
  readonly withoutConfig?: true;
  /** Names of the words that stand after the verb, each a flag of that name; one that ends in `?` may be left out. */
  readonly words?: readonly string[];
  /** True when a command may follow after `--`: its words are the flag `--`. */
  readonly takesCommand?: true;
  /** Gives the exit code. */
  run(flags: Flags, terminal: Terminal): Promise<number>;
};

/** The command line is not right: told with the help at hand, exit code 64. */
export class UsageError extends Error {}

/** Something outside of the command line is not right: told as it is, exit code 1. */
export class Failure extends Error {}

/** Prints one JSON document: all that standard output has with `--json`. */
export function printJson(value: unknown, { out }: Terminal): void {
  out(`${JSON.stringify(value, null, 2)}\n`);
}

/** The first lines of a verb's help: how it is called. */
export function usageOf({ help }: Verb): string {
  return help.split('\n\n', 1)[0] ?? '';
}

const HELP: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' } };
const GENERAL: ParseArgsOptionsConfig = { config: { type: 'string' }, ...HELP };

/** Every option that a verb takes, those of all verbs among them. */
export function optionsOf(verb: Verb): ParseArgsOptionsConfig {
  return { ...(verb.withoutConfig ? HELP : GENERAL), ...verb.options };
}

type Said = { readonly [name: string]: string };

function wordsOf({ words = [], takesCommand }: Verb, given: readonly string[]): Said {
  const beyond = given[words.length];
  if (beyond !== undefined)
    throw new UsageError(
      `"${beyond}" is not expected here.${takesCommand ? ' A command stands after --.' : ''}`,
    );
  return Object.fromEntries(given.map((word, at) => [words[at]?.replace('?', ''), word]));
}

function demandWords({ words = [], help }: Verb, said: Said): void {
  const missing = words.find(name => !name.endsWith('?') && !Object.hasOwn(said, name));
  if (missing !== undefined) throw new UsageError(`${missing} is required: ${help.split('\n')[0]}`);
}

function didYouMeanOption(name: string, options: ParseArgsOptionsConfig): string {
  const near = findNearestWord(name, Object.keys(options));
  return near === undefined ? '' : ` Did you mean --${near}?`;
}

/** Reads the flags of a verb; an unknown one is named with the nearest that is known. */
export function readFlags(verb: Verb, all: readonly string[]): Flags {
  const end = verb.takesCommand && all.includes('--') ? all.indexOf('--') : all.length;
  const words = all.slice(0, end);
  const options = optionsOf(verb);
  const { tokens } = parseArgs({
    args: words,
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option)
      throw new UsageError(`${token.rawName} is not an option.${didYouMeanOption(token.name, options)}`);
    if (option.type === 'string' && token.value === undefined)
      throw new UsageError(`${token.rawName} needs a value.`);
    if (option.type === 'boolean' && token.value !== undefined)
      throw new UsageError(`${token.rawName} takes no value.`);
    if (given.has(token.name) && !option.multiple) throw new UsageError(`${token.rawName} is given twice.`);
    given.add(token.name);
  }
  const said = wordsOf(
    verb,
    tokens.flatMap(token => (token.kind === 'positional' ? [token.value] : [])),
  );
  const { values } = parseArgs({ args: words, options, strict: false, allowPositionals: true });
  if (!values['help']) demandWords(verb, said);
  return { ...values, ...said, ...(verb.takesCommand ? { '--': all.slice(end + 1) } : {}) } as Flags;
}

/** A flag's one text, or undefined. */
export function flag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

/** Every text of a flag that may be repeated. */
export function texts(flags: Flags, name: string): string[] {
  return [flags[name]].flat().filter(each => typeof each === 'string');
}

/** A flag that takes an address, or undefined: what is none would never be inside any range. */
export function addressIn(flags: Flags, name: string): string | undefined {
  const written = flag(flags, name);
  if (written !== undefined && !readAddress(written))
    throw new UsageError(`--${name} takes one IPv4 or IPv6 address, such as 203.0.113.7.`);
  return written;
}

/** A flag that takes a whole number of seconds, or undefined. */
export function seconds(flags: Flags, name: string): number | undefined {
  const written = flag(flags, name);
  if (written === undefined) return undefined;
  if (!/^\d+$/.test(written)) throw new UsageError(`--${name} takes a number of seconds.`);
  return Number(written);
}
