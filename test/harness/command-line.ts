import { run } from '../../lib/cli/run.ts';
import type { Terminal } from '../../lib/cli/verb.ts';
import { testTerminal } from './local.ts';

export type Ran = { readonly exits: number; readonly out: string; readonly error: string };

/** Runs one command line to its end. */
export async function runLine(
  words: readonly string[],
  environment: Terminal['environment'] = {},
): Promise<Ran> {
  const terminal = testTerminal(environment);
  const exits = await run(words, terminal);
  return { exits, out: terminal.written.join(''), error: terminal.errors.join('') };
}

/** The words of a command line as one types it, where no word has a space in it. */
export function wordsOf(line: string): string[] {
  return line.split(' ').filter(Boolean);
}
