import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import process from 'node:process';

/** The exit codes of a shell for a command that is not there, and for one that cannot be run. */
const NOT_FOUND = 127;
const NOT_RUN = 126;

type Environment = { readonly [name: string]: string | undefined };

/** In a terminal, Ctrl-C reaches the child without us; a second one would make many tools give up at once. */
function listPassedSignals(): NodeJS.Signals[] {
  return ['SIGTERM', 'SIGHUP', ...(process.stdin.isTTY ? [] : (['SIGINT'] as const))];
}

function ignoreSignal(): void {}

/**
 * Runs a command with our own standard streams, hands signals on, and gives its exit code: 128 and the
 * number of the signal that ended it; 127 and 126 as a shell does when it could not be started, and then
 * `tell` is given the reason.
 */
export function runChild(
  [program = '', ...words]: readonly string[],
  environment: Environment,
  tell: (reason: string) => void,
): Promise<number> {
  return new Promise(resolve => {
    const child = spawn(program, words, { env: { ...environment }, stdio: 'inherit' });
    const hand = (signal: NodeJS.Signals): void => void child.kill(signal);
    const signals = listPassedSignals();
    for (const signal of signals) process.on(signal, hand);
    process.on('SIGINT', ignoreSignal);
    const end = (exits: number): void => {
      for (const signal of signals) process.off(signal, hand);
      process.off('SIGINT', ignoreSignal);
      resolve(exits);
    };
    child.once('error', ({ code }: NodeJS.ErrnoException) => {
      tell(code === 'ENOENT' ? `there is no command ${program}.` : `${program} cannot be run (${code}).`);
      end(code === 'ENOENT' ? NOT_FOUND : NOT_RUN);
    });
    child.once('exit', (code, signal) => end(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
  });
}
