import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { makePrintable } from '../printable.ts';
import { type MintSettings, NoSubjectToken, ProgramMissing } from './mint.ts';

const execute = promisify(execFile);
/** Milliseconds: an agent tries its own API up to five times. */
const TIMEOUT = 60_000;
const MAX_OUTPUT = 64 * 1024;

/** Reads the last lines of a failed program, which is where the reason stands. */
function readLastLines(text: string): string {
  return text.trim().split('\n').slice(-3).map(makePrintable).join(' ').slice(-500);
}

/** Runs a program without a shell and gives its standard output. What it prints to standard error is told on failure alone. */
export function createProgramRunner(environment: MintSettings['environment']): MintSettings['run'] {
  return async (program, words, { input, variables } = {}) => {
    try {
      const options = { env: { ...environment, ...variables }, timeout: TIMEOUT, maxBuffer: MAX_OUTPUT };
      const running = execute(program, [...words], options);
      // A program that ends without reading is told by its exit code.
      if (input !== undefined) running.child.stdin?.on('error', () => {}).end(input);
      return (await running).stdout;
    } catch (error) {
      const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
      if (code === 'ENOENT') throw new ProgramMissing(`${program} is not installed, or not on PATH.`);
      const said = readLastLines(stderr);
      throw new NoSubjectToken(
        `${program} failed (${code ?? 'no exit code'})${said === '' ? '.' : `: ${said}`}`,
      );
    }
  };
}
