import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that this user alone can look into. */
export type PrivateFolder = {
  resolve(name: string): string;
  /** Writes a file of it as a whole: whoever reads it meanwhile sees the old one or the new one. */
  write(name: string, text: string): Promise<void>;
  remove(): Promise<void>;
};

/** Makes a private folder for credentials in the system's folder for temporary files. */
export async function createPrivateFolder(): Promise<PrivateFolder> {
  // mkdtemp makes it with mode 0700.
  const folder = await mkdtemp(join(tmpdir(), 'kite-sts-'));
  const pathOf = (name: string): string => join(folder, name);
  return {
    resolve: pathOf,
    async write(name, text) {
      await writeFile(pathOf(`${name}.new`), text, { mode: 0o600 });
      await rename(pathOf(`${name}.new`), pathOf(name));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
