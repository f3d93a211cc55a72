import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatDigest, hashTarball, nameDigestFile, nameTarball, parsePin } from '../../vendor/pin.ts';
import { useTemporaryFolder } from '../aside.ts';
import { Failure } from '../verb.ts';
import type { PinnedState } from './repository.ts';
import { runNpm } from './run.ts';

/** Another version made ready beside the repository, which is as it was. */
export type Staged = {
  readonly version: string;
  /** Every file of the repository that changes, by its path; undefined: it goes. */
  readonly files: ReadonlyMap<string, string | Buffer | undefined>;
  /** Where that version can be run from. */
  readonly home: string;
};

type Candidate = { readonly version: string; readonly bytes: Buffer };

/** The text stays as people wrote it, but for the one pin. Throws `Failure` where there is not one. */
function replacePin(manifest: string, from: string, to: string): string {
  const parts = manifest.split(nameTarball(from));
  if (parts.length !== 2)
    throw new Failure(
      `package.json names ${nameTarball(from)} ${parts.length - 1} times. Once is expected.\n`,
    );
  return parts.join(nameTarball(to));
}

/** npm takes the folder's name for the lock file where package.json has none, and would change it. */
function readLockName(lock: string): string {
  const { name } = JSON.parse(lock) as { readonly name?: string };
  return /^\w[\w.-]*$/.test(name ?? '') ? `${name}` : 'repository';
}

/** The lock file for another pin, made by npm in a copy: whatever npm does, the repository does not notice. */
async function createLock(now: PinnedState, manifest: string, candidate: Candidate, aside: string) {
  const { version, bytes } = candidate;
  const path = join(aside, nameTarball(version));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  await writeFile(join(aside, 'package.json'), manifest);
  await writeFile(join(aside, 'package-lock.json'), now.lock);
  await cp(join(now.folder, '.npmrc'), join(aside, '.npmrc')).catch(() => undefined);
  await runNpm(['install', '--package-lock-only'], aside);
  const lock = await readFile(join(aside, 'package-lock.json'), 'utf8');
  if (parsePin(manifest, lock)?.integrity !== hashTarball(bytes))
    throw new Failure(
      `npm wrote a lock file without the digest of ${nameTarball(version)}. Is npm older than 7?\n`,
    );
  return lock;
}

/** The version alone, with what it needs: it is to judge before anything is replaced. */
async function installAlone(version: string, aside: string): Promise<string> {
  const folder = join(aside, 'alone');
  await mkdir(folder);
  const manifest = { private: true, dependencies: { 'kite-sts': `file:../${nameTarball(version)}` } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await cp(join(aside, '.npmrc'), join(folder, '.npmrc')).catch(() => undefined);
  await runNpm(['install', '--no-package-lock', '--prefer-offline'], folder);
  return join(folder, 'node_modules/kite-sts');
}

/** Makes a version ready, hands it on, and leaves nothing behind. Throws `Failure`; the repository is as it was. */
export async function stageVersion<T>(
  now: PinnedState,
  candidate: Candidate,
  use: (staged: Staged) => Promise<T>,
): Promise<T> {
  const { version, bytes } = candidate;
  return useTemporaryFolder(async outside => {
    const aside = join(outside, readLockName(now.lock));
    const manifest = replacePin(now.manifest, now.version, version);
    const lock = await createLock(now, manifest, candidate, aside);
    const home = await installAlone(version, aside);
    const files = new Map<string, string | Buffer | undefined>([
      [nameTarball(version), bytes],
      [nameDigestFile(version), formatDigest(version, bytes)],
      ['package-lock.json', lock],
      ['package.json', manifest],
      [nameTarball(now.version), undefined],
      [nameDigestFile(now.version), undefined],
    ]);
    return use({ version, files, home });
  });
}
