import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../verb.ts';
import type { PinnedState } from './repository.ts';
import { runNpm } from './run.ts';
import type { Staged } from './stage.ts';

type Content = string | Buffer | undefined;

/** By rename, so that whoever looks finds the old file or the new one, and never a part of it. */
async function putFile(path: string, content: Content): Promise<void> {
  if (content === undefined) return rm(path, { force: true });
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

async function putFiles(files: Iterable<readonly [string, Content]>, folder: string): Promise<void> {
  for (const [path, content] of files) await putFile(join(folder, path), content);
}

async function restoreFiles(old: Staged['files'], folder: string): Promise<void> {
  for (const [path, content] of old) {
    await putFile(join(folder, path), content);
    await rm(join(folder, `${path}.new`), { force: true });
  }
}

/** By the lock file, which npm leaves as it is. */
const INSTALL = ['install', '--no-save'];

/**
 * Puts the staged version in the place of the one that is there: its files, and node_modules by npm. Where that fails half-way,
 * every file is as it was, and npm is asked to put node_modules back too. Throws `Failure`.
 */
export async function replaceVersion(now: PinnedState, staged: Staged): Promise<void> {
  const { folder } = now;
  const { files, version } = staged;
  const old = new Map<string, Content>();
  for (const path of files.keys()) old.set(path, await readFile(join(folder, path)).catch(() => undefined));
  const comes = [...files].filter(([, content]) => content !== undefined);
  const goes = [...files].filter(([, content]) => content === undefined);
  try {
    await putFiles(comes, folder);
    await runNpm(INSTALL, folder);
    // Until npm has the new one installed, the old tarball lies where it was.
    await putFiles(goes, folder);
  } catch (error) {
    await restoreFiles(old, folder);
    const back = await runNpm([...INSTALL, '--prefer-offline'], folder).then(
      () => `node_modules has ${now.version} again.`,
      () => 'Run npm ci: node_modules could not be put back.',
    );
    throw new Failure(
      `kite-sts ${version} could not be put in place, so package.json, package-lock.json and vendor/ are as they were. ${back}\n${(error as Error).message.trimEnd()}\n`,
    );
  }
}
