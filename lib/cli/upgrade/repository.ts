import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashTarball, nameTarball, parsePin } from '../../vendor/pin.ts';
import { Failure } from '../verb.ts';
import { compareVersions } from './changes.ts';
import { askGit } from './run.ts';

/** The kite-sts that a repository has now, in all the places that name it. */
export type PinnedState = {
  readonly folder: string;
  readonly version: string;
  readonly manifest: string;
  readonly lock: string;
  readonly bytes: Buffer;
};

async function readPart(folder: string, path: string): Promise<Buffer> {
  return readFile(join(folder, path)).catch(() => {
    throw new Failure(`${path} is not there. Run this in the folder that kite-sts init filled.\n`);
  });
}

/** Throws `Failure` where it does not run a tarball from vendor/, or another than its lock file says. */
export async function readPinned(folder: string): Promise<PinnedState> {
  const manifest = (await readPart(folder, 'package.json')).toString('utf8');
  const lock = (await readPart(folder, 'package-lock.json')).toString('utf8');
  const pin = parsePin(manifest, lock);
  if (!pin)
    throw new Failure(
      'package.json does not take kite-sts from a tarball in vendor/, as kite-sts init writes it.\n',
    );
  const bytes = await readPart(folder, pin.path);
  if (hashTarball(bytes) !== pin.integrity)
    throw new Failure(
      `${pin.path} is not the tarball of package-lock.json. Nothing is changed before that is understood: git log -- vendor package-lock.json\n`,
    );
  return { folder, version: pin.version, manifest, lock, bytes };
}

type Committed = { readonly version: string; readonly bytes: Buffer };

/** The kite-sts of a revision, if its tarball is the one of its lock file. */
async function readCommitted(revision: string, folder: string): Promise<Committed | undefined> {
  const show = (path: string) => askGit(['show', `${revision}:./${path}`], folder);
  const [manifest, lock] = [await show('package.json'), await show('package-lock.json')];
  const pin = manifest && parsePin(manifest.toString('utf8'), lock?.toString('utf8'));
  const bytes = pin && (await show(nameTarball(pin.version)));
  if (!pin || !bytes || hashTarball(bytes) !== pin.integrity) return undefined;
  return { version: pin.version, bytes };
}

/** Rollback takes the version before from git: what was never committed would be lost. Throws `Failure`. */
export async function demandCommitted(now: PinnedState): Promise<void> {
  const { folder, version, bytes } = now;
  const committed = await readCommitted('HEAD', folder);
  if (committed?.version === version && committed.bytes.equals(bytes)) return;
  throw new Failure(
    `Commit kite-sts ${version} first (package.json, package-lock.json and vendor/): kite-sts rollback takes it from the history of git.\n`,
  );
}

/** The last committed version that is older than this one. Throws `Failure` where the history has none. */
export async function findBefore(now: PinnedState): Promise<Committed> {
  const { folder, version } = now;
  const log = (await askGit(['log', '--format=%H', '--', 'package.json'], folder))?.toString('utf8') ?? '';
  for (const revision of log.split('\n').filter(Boolean)) {
    const found = await readCommitted(revision, folder);
    if (found && compareVersions(found.version, version) < 0) return found;
  }
  throw new Failure(
    `The history of git has no kite-sts before ${version}, with its tarball and the lock file that fits. In a shallow clone, run git fetch --unshallow first.\n`,
  );
}
