import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import {
  formatDigest,
  hashForPeople,
  hashTarball,
  nameDigestFile,
  parsePin,
  readSpec,
  type VendoredPin,
} from './pin.ts';

const run = promisify(execFile);

/** Which kite-sts is looked at. */
export type Vendored = {
  /** The folder of the team's package.json. */
  readonly folder: string;
  /** The folder of the kite-sts that runs. */
  readonly home: string;
  /** SHA-256 of tarballs, one of which it must be: kept where no pull request can write. Empty: not compared. */
  readonly trusted: readonly string[];
};

async function readVendoredText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

/**
 * Says in words what does not fit together of the tarball in vendor/, its digest, the lock file and what runs; empty where all does,
 * or where package.json does not name kite-sts. T98.
 */
export async function findSwapped(vendored: Vendored): Promise<readonly string[]> {
  const { folder } = vendored;
  const manifest = await readVendoredText(join(folder, 'package.json'));
  const spec = manifest === undefined ? undefined : readSpec(manifest);
  if (manifest === undefined || spec === undefined) return [];
  const pin = parsePin(manifest, await readVendoredText(join(folder, 'package-lock.json')));
  if (!pin)
    return [
      `package.json takes kite-sts from "${spec}", and not from a tarball in vendor/: nothing says that it is the one that was reviewed. Install it by file, as kite-sts init does.`,
    ];
  const bytes = await readFile(join(folder, pin.path)).catch(() => undefined);
  if (!bytes) return [`${pin.path} is not there, though package.json points to it.`];
  const complaints = [...(await compareDigests(pin, bytes, vendored)), ...compareLock(pin, bytes)];
  // What another tarball has would tell nothing.
  return complaints.length > 0 ? complaints : compareInstalled(pin, vendored);
}

async function compareDigests(pin: VendoredPin, bytes: Buffer, vendored: Vendored): Promise<string[]> {
  const path = nameDigestFile(pin.version);
  const written = await readVendoredText(join(vendored.folder, path));
  const actual = hashForPeople(bytes);
  if (written === undefined)
    return [
      `${path} is not there. Compare ${actual} with the digest of the release, and write it: (cd vendor && sha256sum kite-sts-${pin.version}.tgz > kite-sts-${pin.version}.tgz.sha256)`,
    ];
  const complaints: string[] = [];
  if (written !== formatDigest(pin.version, bytes))
    complaints.push(`${pin.path} has the sha256 ${actual}, which is not that of ${path}.`);
  if (vendored.trusted.length > 0 && !vendored.trusted.includes(actual))
    complaints.push(`${pin.path} has the sha256 ${actual}, which KITE_STS_TARBALL_SHA256 does not name.`);
  return complaints;
}

function compareLock(pin: VendoredPin, bytes: Buffer): string[] {
  if (pin.integrity === hashTarball(bytes)) return [];
  return [
    pin.integrity === undefined
      ? 'package-lock.json has no digest of kite-sts. Run npm install, and commit the lock file.'
      : `package-lock.json has another digest of kite-sts than ${pin.path} has.`,
  ];
}

/** Files of the tarball that are otherwise, or not there, in what runs, and files there that are of none. */
async function compareInstalled(pin: VendoredPin, vendored: Vendored): Promise<string[]> {
  const { folder, home } = vendored;
  const aside = await mkdtemp(join(tmpdir(), 'kite-sts-'));
  try {
    await run('tar', ['-xzf', join(folder, pin.path), '-C', aside, '--strip-components=1']);
    const [meant, there] = await Promise.all([listInstalledFiles(aside), listInstalledFiles(home)]);
    const other: string[] = [];
    for (const each of new Set([...meant, ...there]))
      if (!(await isSameFile(join(aside, each), join(home, each)))) other.push(each);
    if (other.length === 0) return [];
    return [
      `The kite-sts that runs, in ${relative(folder, home)}, is not what is in ${pin.path}: ${other.slice(0, 5).join(', ')}${other.length > 5 ? ` and ${other.length - 5} more` : ''}. Run npm ci.`,
    ];
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** npm puts into a package's folder what only that package needs. */
async function listInstalledFiles(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all
    .filter(each => !each.isDirectory())
    .map(each => relative(folder, join(each.parentPath, each.name)))
    .filter(path => !/^node_modules[/\\]/.test(path));
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [ours, theirs] = await Promise.all([a, b].map(path => readFile(path).catch(() => undefined)));
  return ours !== undefined && theirs !== undefined && ours.equals(theirs);
}
