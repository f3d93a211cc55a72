import { writeSync } from 'node:fs';

/** Milliseconds for which a log that takes nothing for now is waited for. */
const PATIENCE_MS = 1000;
const STANDARD_OUTPUT = 1;

function isFull(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EAGAIN';
}

function wait(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/**
 * Writes lines to standard output, which is the log: all of them before it returns, and in one piece where the system takes
 * it. Throws where it takes them no more, so that nothing leaves without its event (threat T84). `write` is that of `node:fs`.
 */
export function writeLog(lines: string, write: (bytes: Uint8Array, at: number) => number = writeOut): void {
  const bytes = Buffer.from(`${lines}\n`);
  let waited = 0;
  for (let at = 0; at < bytes.length; ) {
    try {
      at += write(bytes, at);
    } catch (error) {
      if (!isFull(error) || waited++ >= PATIENCE_MS) throw error;
      wait(1);
    }
  }
}

function writeOut(bytes: Uint8Array, at: number): number {
  return writeSync(STANDARD_OUTPUT, bytes, at);
}
