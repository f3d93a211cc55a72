import { parseArgs } from 'node:util';
import { findNearestWord, suggestWord } from '../language/nearest.ts';
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
      /** The word for its value in the help, such as FILE. */
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

/** One word after `kite-sts`, in a file of its own. Its summary stands in overview.ts, with those of all others. */
export type Verb = {
  /** The forms that may follow its name, a line each, where they cannot be drawn from words and options. */
  readonly usage?: readonly string[];
  readonly words?: readonly VerbWord[];
  /** In the order of the help. */
  readonly options: VerbOptions;
  /** Paragraphs that the help has beside, in lines of at most 120 characters. */
  readonly about?: string;
  /** Two command lines. */
  readonly examples: readonly string[];
  /** True when a command may follow after `--`: its words are the flag `--`. */
  readonly takesCommand?: true;
  /** Gives the exit code. */
  run(flags: Flags, terminal: Terminal): Promise<number>;
};

/** The option `config` of a verb that reads the configuration; `is` says in a sentence what is read of it. */
export function createConfigOption(is: string): VerbOption {
  const help = `${is} The default is \`KITE_STS_CONFIG\`, or \`config\`.`;
  return { type: 'string', value: 'FOLDER', help };
}

export const CONFIG_OPTION = createConfigOption('The folder with broker.yml and roles/.');

/** The command line is not right: told with the help at hand, exit code 64. */
export class UsageError extends Error {}

/** Something outside of the command line is not right: told as it is, exit code 1. */
export class Failure extends Error {}

/** Prints one JSON document: all that standard output has with `--json`. */
export function printJson(value: unknown, terminal: Terminal): void {
  terminal.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints what a verb found: as one JSON document with `--json`, else as the text that `write` gives. */
export function printResult(value: unknown, write: () => string, flags: Flags, terminal: Terminal): void {
  if (flags['json']) printJson(value, terminal);
  else terminal.out(write());
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

function demandWords(verb: Verb, named: NamedWords): void {
  const missing = verb.words?.find(({ name, optional }) => !optional && !Object.hasOwn(named, name));
  if (missing) throw new UsageError(`${missing.name} is required: ${verb.usage?.[0] ?? missing.help}`);
}

/** An option as it was written: `rawName` has its dashes. */
type WrittenOption = { readonly name: string; readonly rawName: string; readonly value?: string | undefined };

function checkOption(written: WrittenOption, options: VerbOptions): VerbOption {
  const { name, rawName, value } = written;
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (!option) {
    const near = findNearestWord(name, Object.keys(options));
    throw new UsageError(
      `${rawName} is not an option.${near === undefined ? '' : ` Did you mean --${near}?`}`,
    );
  }
  if (option.type === 'string' && value === undefined) throw new UsageError(`${rawName} needs a value.`);
  if (option.type === 'boolean' && value !== undefined) throw new UsageError(`${rawName} takes no value.`);
  return option;
}

/** Reads the flags of a verb; an unknown one is named with the nearest that is known. */
export function readFlags(verb: Verb, all: readonly string[]): Flags {
  const end = verb.takesCommand && all.includes('--') ? all.indexOf('--') : all.length;
  const args = all.slice(0, end);
  const options = collectOptions(verb);
  const parsed = parseArgs({ args, options, strict: false, tokens: true, allowPositionals: true });
  const given = new Set<string>();
  for (const token of parsed.tokens) {
    if (token.kind !== 'option') continue;
    const { multiple } = checkOption(token, options);
    if (given.has(token.name) && !multiple) throw new UsageError(`${token.rawName} is given twice.`);
    given.add(token.name);
  }
  const named = nameWords(verb, parsed.positionals);
  if (!parsed.values['help']) demandWords(verb, named);
  return { ...parsed.values, ...named, ...(verb.takesCommand ? { '--': all.slice(end + 1) } : {}) } as Flags;
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

/** The one of these words that was written. Throws `UsageError` with `says` and the nearest of them. */
export function readChoice<T extends string>(written: string, known: readonly T[], says: string): T {
  const found = known.find(each => each === written);
  if (found === undefined) throw new UsageError(`${says}${suggestWord(written, known)}`);
  return found;
}

/** A flag that takes a whole number of seconds, or undefined. */
export function readSecondsFlag(flags: Flags, name: string): number | undefined {
  const written = readFlag(flags, name);
  if (written === undefined) return undefined;
  if (!/^\d+$/.test(written)) throw new UsageError(`--${name} takes a number of seconds.`);
  return Number(written);
}
