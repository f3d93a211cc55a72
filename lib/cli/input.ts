import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { buffer } from 'node:stream/consumers';
import { Failure } from './verb.ts';

/** The bytes of a file; `-` is standard input. */
export async function readInput(path: string): Promise<Buffer> {
  try {
    // `-` keeps a token out of files. As a stream: a pipe that has nothing yet is no error (EAGAIN).
    return await (path === '-' ? buffer(process.stdin) : readFile(path));
  } catch {
    throw new Failure(`${path} cannot be read.\n`);
  }
}
