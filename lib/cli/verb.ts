import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { didYouMean } from '../policy/nearest.ts';

/** Exit codes are API (docs/reference/cli.md). */
export const EXIT = { done: 0, failed: 1, denied: 2, usage: 64 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where a verb reads and writes, handed in so that a test can stand in for a terminal. */
export type Terminal = {
  readonly environment: { readonly [name: string]: string | undefined };
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Resolves when the process is asked to stop. */
  readonly stopped: Promise<void>;
};

export type Flags = { readonly [name: string]: string | boolean | (string | boolean)[] | undefined };

/** One word after `kite-sts`, in a file of its own. */
export type Verb = {
  readonly summary: string;
  /** What stands after the verb's name, its options and two examples. */
  readonly help: string;
  readonly options: ParseArgsOptionsConfig;
  run(flags: Flags, terminal: Terminal): Promise<ExitCode>;
};

/** The command line is not right: told with the help at hand, exit code 64. */
export class UsageError extends Error {}

/** Something outside of the command line is not right: told as it is, exit code 1. */
export class Failure extends Error {}

const GENERAL: ParseArgsOptionsConfig = { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } };

/** Reads the flags of a verb; an unknown one is named with the nearest that is known. */
export const readFlags = (verb: Verb, words: readonly string[]): Flags => {
  const options = { ...GENERAL, ...verb.options };
  const { tokens } = parseArgs({
    args: [...words],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`"${token.value}" is not expected here.`);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option)
      throw new UsageError(
        `${token.rawName} is not an option.${didYouMean(token.name, Object.keys(options))}`,
      );
    if (option.type === 'string' && token.value === undefined)
      throw new UsageError(`${token.rawName} needs a value.`);
    if (option.type === 'boolean' && token.value !== undefined)
      throw new UsageError(`${token.rawName} takes no value.`);
    if (given.has(token.name) && !option.multiple) throw new UsageError(`${token.rawName} is given twice.`);
    given.add(token.name);
  }
  return parseArgs({ args: [...words], options, strict: false, allowPositionals: true }).values as Flags;
};

/** A flag's one text, or undefined. */
export const flag = (flags: Flags, name: string): string | undefined => {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
};

/** A flag that takes a whole number of seconds, or undefined. */
export const seconds = (flags: Flags, name: string): number | undefined => {
  const written = flag(flags, name);
  if (written === undefined) return undefined;
  if (!/^\d+$/.test(written)) throw new UsageError(`--${name} takes a number of seconds.`);
  return Number(written);
};
