import { parseArgs } from 'node:util';
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

/**
 * An option, declared once: the parser, the help, the completion and the table of the reference are drawn from it.
 * `help` is one or more sentences of Markdown; a terminal shows them without its marks.
 *
 * @example
 * const lifetime: VerbOption = { type: 'string', value: 'N', help: 'Seconds. The default is 300.' };
 */
export type VerbOption =
  | { readonly type: 'boolean'; readonly help: string; readonly short?: string; readonly multiple?: false }
  | {
      readonly type: 'string';
      /** What stands for its value in the help, such as FILE. */
      readonly value: string;
      readonly help: string;
      readonly multiple?: true;
      /** It is shown as required; whoever reads it says so. */
      readonly required?: true;
    };

export type VerbOptions = { readonly [name: string]: VerbOption };

/** A word that stands after the verb: a flag of that name. */
export type VerbWord = {
  readonly name: string;
  /** One sentence or more, without marks. */
  readonly help: string;
  readonly optional?: true;
};

/** One word after `kite-sts`, in a file of its own. */
export type Verb = {
  readonly summary: string;
  /** What may stand after its name, a line for each form, where it cannot be drawn from words and options. */
  readonly usage?: readonly string[];
  readonly words?: readonly VerbWord[];
  /** In the order of the help. */
  readonly options: VerbOptions;
  /** What the help says beside: paragraphs, in lines of at most 120 characters. */
  readonly about?: string;
  /** Two command lines. */
  readonly examples: readonly string[];
  /** True when a command may follow after `--`: its words are the flag `--`. */
  readonly takesCommand?: true;
  /** Gives the exit code. */
  run(flags: Flags, terminal: Terminal): Promise<number>;
};

/** The option of each verb that reads the configuration. */
export const CONFIG_OPTION: VerbOption = {
  type: 'string',
  value: 'FOLDER',
  help: 'The folder with broker.yml and roles/. The default is `KITE_STS_CONFIG`, or `config`.',
};

/** The command line is not right: told with the help at hand, exit code 64. */
export class UsageError extends Error {}

/** Something outside of the command line is not right: told as it is, exit code 1. */
export class Failure extends Error {}

/** Prints one JSON document: all that standard output has with `--json`. */
export function printJson(value: unknown, { out }: Terminal): void {
  out(`${JSON.stringify(value, null, 2)}\n`);
}

const HELP: VerbOptions = { help: { type: 'boolean', short: 'h', help: "The verb's own help." } };

/** Every option that a verb takes: its own, and `--help`. */
export function collectOptions(verb: Verb): VerbOptions {
  return { ...HELP, ...verb.options };
}

type NamedWords = { readonly [name: string]: string };

function nameWords(verb: Verb, given: readonly string[]): NamedWords {
  const { words = [], takesCommand } = verb;
  const beyond = given[words.length];
  if (beyond !== undefined)
    throw new UsageError(
      `"${beyond}" is not expected here.${takesCommand ? ' A command stands after --.' : ''}`,
    );
  return Object.fromEntries(given.map((word, at) => [words[at]?.name, word]));
}

function demandWords({ words = [], usage = [] }: Verb, named: NamedWords): void {
  const missing = words.find(({ name, optional }) => !optional && !Object.hasOwn(named, name));
  if (missing) throw new UsageError(`${missing.name} is required: ${usage[0] ?? missing.help}`);
}

function suggestOption(name: string, options: VerbOptions): string {
  const near = findNearestWord(name, Object.keys(options));
  return near === undefined ? '' : ` Did you mean --${near}?`;
}

/** Reads the flags of a verb; an unknown one is named with the nearest that is known. */
export function readFlags(verb: Verb, all: readonly string[]): Flags {
  const end = verb.takesCommand && all.includes('--') ? all.indexOf('--') : all.length;
  const words = all.slice(0, end);
  const options = collectOptions(verb);
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
      throw new UsageError(`${token.rawName} is not an option.${suggestOption(token.name, options)}`);
    if (option.type === 'string' && token.value === undefined)
      throw new UsageError(`${token.rawName} needs a value.`);
    if (option.type === 'boolean' && token.value !== undefined)
      throw new UsageError(`${token.rawName} takes no value.`);
    if (given.has(token.name) && !option.multiple) throw new UsageError(`${token.rawName} is given twice.`);
    given.add(token.name);
  }
  const named = nameWords(
    verb,
    tokens.flatMap(token => (token.kind === 'positional' ? [token.value] : [])),
  );
  const { values } = parseArgs({ args: words, options, strict: false, allowPositionals: true });
  if (!values['help']) demandWords(verb, named);
  return { ...values, ...named, ...(verb.takesCommand ? { '--': all.slice(end + 1) } : {}) } as Flags;
}

/** A flag's one text, or undefined. */
export function readFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

/** Every text of a flag that may be repeated. */
export function readFlagTexts(flags: Flags, name: string): string[] {
  return [flags[name]].flat().filter(each => typeof each === 'string');
}

/** A flag that takes an address, or undefined: what is none would never be inside any range. */
export function readAddressFlag(flags: Flags, name: string): string | undefined {
  const written = readFlag(flags, name);
  if (written !== undefined && !readAddress(written))
    throw new UsageError(`--${name} takes one IPv4 or IPv6 address, such as 203.0.113.7.`);
  return written;
}

/** A flag that takes a whole number of seconds, or undefined. */
export function readSecondsFlag(flags: Flags, name: string): number | undefined {
  const written = readFlag(flags, name);
  if (written === undefined) return undefined;
  if (!/^\d+$/.test(written)) throw new UsageError(`--${name} takes a number of seconds.`);
  return Number(written);
}
