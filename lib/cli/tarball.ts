import { execFile } from 'node:child_process';
import { cp, readdir, readFile, symlink } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { hashTarball, type Lock, type PackageNote } from '../vendor/pin.ts';
import { useTemporaryFolder } from './aside.ts';
import { FROM_SOURCE, HOME } from './manifest.ts';
import { Failure } from './verb.ts';

const run = promisify(execFile);

/**
 * The bytes of the tarball that this kite-sts was installed from: the file itself where it still lies there, and else
 * made again. npm writes neither times nor users into a tarball, so the same files give the same bytes. Throws `Failure`.
 */
export async function readOwnTarball(): Promise<Buffer> {
  if (FROM_SOURCE) return packSource(HOME);
  const { resolved, integrity } = await readNote();
  const given = resolved?.startsWith('file:') ? await readTarballFile(resolved) : undefined;
  if (given && hashTarball(given) === integrity) return given;
  const made = await packFolder(HOME, ['--ignore-scripts']);
  if (integrity !== undefined && hashTarball(made) !== integrity)
    throw new Failure(
      `What is installed in ${HOME} is not what was in its tarball (${integrity}). Put the tarball back to ${resolved}, or install it again.\n`,
    );
  return made;
}

async function readNote(): Promise<PackageNote> {
  const text = await readFile(join(HOME, '../.package-lock.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as Lock).packages?.['node_modules/kite-sts'] ?? {};
}

/** npm writes the path as seen from the folder of node_modules. */
async function readTarballFile(resolved: string): Promise<Buffer | undefined> {
  const path = resolve(HOME, '../..', resolved.replace('file:', ''));
  return readFile(path).catch(() => undefined);
}

/** The tarball of a folder with a package.json, as `npm pack` makes it. */
async function packFolder(folder: string, options: readonly string[]): Promise<Buffer> {
  // A dry run of whoever called us is not ours, nor are workspaces.
  const env = { ...process.env, npm_config_dry_run: 'false', npm_config_offline: 'true' };
  const packed = useTemporaryFolder(async into => {
    await run('npm', ['pack', '--silent', '--pack-destination', into, ...options], { cwd: folder, env });
    const [name = ''] = await readdir(into);
    return readFile(join(into, name));
  });
  return packed.catch((error: Error) => {
    throw new Failure(`npm pack failed in ${folder}: ${error.message.split('\n')[0]}\n`);
  });
}

const NOT_PACKED = ['node_modules', '.git', 'dist', 'coverage', 'test', '.serverless'];

/** The tarball of a clone. It is built in a copy: two at once would write into each other's dist/. */
export async function packSource(root: string): Promise<Buffer> {
  return useTemporaryFolder(async copy => {
    await cp(root, copy, { recursive: true, filter: path => !NOT_PACKED.includes(relative(root, path)) });
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    return packFolder(copy, []);
  });
}
