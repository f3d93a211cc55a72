import { type ExecFileOptions, execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { run } from '../../lib/cli/run.ts';
import type { Terminal } from '../../lib/cli/verb.ts';
import { testTerminal } from './local.ts';
import { ROOT } from './markdown.ts';

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

/** The command line as a file that Node runs. */
export const MAIN = join(ROOT, 'lib/cli/main.ts');

/** Runs a program as a process of its own, to its end; one that a signal ends has no number. */
export function runProgram(
  program: string,
  words: readonly string[],
  options: Pick<ExecFileOptions, 'cwd' | 'env'> = {},
): Promise<Ran> {
  return new Promise(resolve =>
    execFile(program, words, { ...options, encoding: 'utf8' }, (failed, out, error) =>
      resolve({ exits: failed ? Number(failed.code ?? 'NaN') : 0, out, error }),
    ),
  );
}

/** Runs one command line as a process of its own, which has this environment alone. */
export function runMain(words: readonly string[], environment: object): Promise<Ran> {
  return runProgram(process.execPath, [MAIN, ...words], { env: { ...environment } });
}

/** The words of a command line as one types it, where no word has a space in it. */
export function wordsOf(line: string): string[] {
  return line.split(' ').filter(Boolean);
}
