import { writeFile } from 'node:fs/promises';
import { Failure } from './verb.ts';

/** Writes a file that was asked for by name. Throws `Failure`. */
export async function writeOutput(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch(() => {
    throw new Failure(`${path} cannot be written.\n`);
  });
}
