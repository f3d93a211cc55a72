import { spawn } from 'node:child_process';
import process from 'node:process';
import type { Texts } from './world.ts';

export type Ran = { readonly exits: number | null; readonly output: string; readonly printed: string };

/** What the retries of SDKs and a slow start take on a busy machine; far beyond it a client hangs. */
const PATIENCE = 180_000;

/** Runs a program with this environment alone. `printed` is standard output, `output` both streams. */
export function runProgram(
  [command = '', ...words]: readonly string[],
  environment: Texts,
  folder?: string,
): Promise<Ran> {
  return new Promise(resolve => {
    const env = { PATH: process.env['PATH'], ...environment };
    const options = { env, timeout: PATIENCE, ...(folder === undefined ? {} : { cwd: folder }) };
    const child = spawn(command, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, printed] = ['', ''];
    child.stdout.on('data', chunk => {
      output += chunk;
      printed += chunk;
    });
    child.stderr.on('data', chunk => (output += chunk));
    child.once('error', ({ message }) => resolve({ exits: null, output: message, printed: '' }));
    child.once('close', exits => resolve({ exits, output: output.trim(), printed }));
  });
}
