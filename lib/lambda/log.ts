import { writeSync } from 'node:fs';

/** How often a log that takes nothing for now is tried again, a millisecond apart: nothing else goes on meanwhile. */
const TRIES = 1000;
const STANDARD_OUTPUT = 1;

function isFull(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EAGAIN';
}

function wait(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Whether the log ends with a part of a line: what comes next must not be glued to it, or nobody could read its event. */
let isTorn = false;

/**
 * Writes lines to standard output, which is the log: all of them before it returns, and in one piece where the system takes
 * it. Throws where it takes them no more, so that nothing leaves without its event (threat T84). `write` is that of `node:fs`.
 */
export function writeLog(lines: string, write: (bytes: Uint8Array, at: number) => number = writeOut): void {
  const bytes = Buffer.from(`${isTorn ? '\n' : ''}${lines}\n`);
  let waited = 0;
  for (let at = 0; at < bytes.length; ) {
    try {
      at += write(bytes, at);
    } catch (error) {
      if (isFull(error) && waited++ < TRIES) wait(1);
      else {
        isTorn ||= at > 0;
        throw error;
      }
    }
  }
  isTorn = false;
}

function writeOut(bytes: Uint8Array, at: number): number {
  return writeSync(STANDARD_OUTPUT, bytes, at);
}
