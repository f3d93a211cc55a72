import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { findSwapped } from '../../lib/vendor/check.ts';
import { formatDigest, hashForPeople, hashTarball } from '../../lib/vendor/pin.ts';
import { emptyFolder, folderOf } from '../harness/local.ts';

const PATH = 'vendor/kite-sts-0.2.0.tgz';

/** A packed kite-sts of two files, one of which says this. */
function pack(says: string): Buffer {
  const folder = folderOf({ 'package/package.json': '{"name":"kite-sts"}', 'package/dist/main.js': says });
  const into = join(emptyFolder(), 'packed.tgz');
  execFileSync('tar', ['-czf', into, '-C', folder, 'package']);
  return readFileSync(into);
}

let folder: string;
let home: string;
let bytes: Buffer;

/** A repository as npm ci leaves it, and the kite-sts in it. */
beforeEach(() => {
  bytes = pack('honest');
  folder = folderOf({
    'package.json': JSON.stringify({ dependencies: { 'kite-sts': `file:${PATH}` } }),
    'node_modules/kite-sts/package.json': '{"name":"kite-sts"}',
    'node_modules/kite-sts/dist/main.js': 'honest',
    'node_modules/kite-sts/node_modules/yaml/index.js': 'ours alone',
  });
  home = join(folder, 'node_modules/kite-sts');
  mkdirSync(join(folder, 'vendor'));
  vendor(bytes);
  lockTo(bytes);
});

function vendor(tarball: Buffer, digest = formatDigest('0.2.0', tarball)): void {
  writeFileSync(join(folder, PATH), tarball);
  writeFileSync(join(folder, `${PATH}.sha256`), digest);
}

function lockTo(tarball: Buffer): void {
  const packages = { 'node_modules/kite-sts': { integrity: hashTarball(tarball) } };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
}

const found = (trusted: readonly string[] = []) => findSwapped({ folder, home, trusted });

describe('T98: a repository', () => {
  test('in which all fits together is found sound', async () => {
    expect(await found()).toEqual([]);
    expect(await found(['0'.repeat(64), hashForPeople(bytes)])).toEqual([]);
  });

  test('that does not name kite-sts is not compared', async () => {
    writeFileSync(join(folder, 'package.json'), '{}');
    expect(await found()).toEqual([]);
    rmSync(join(folder, 'package.json'));
    expect(await found()).toEqual([]);
  });

  test.each<[what: string, change: () => void, says: string]>([
    [
      'takes kite-sts from a registry',
      () => writeFileSync(join(folder, 'package.json'), '{"dependencies":{"kite-sts":"^0.2.0"}}'),
      'package.json takes kite-sts from "^0.2.0"',
    ],
    ['has no tarball', () => rmSync(join(folder, PATH)), `${PATH} is not there`],
    ['has no digest', () => rmSync(join(folder, `${PATH}.sha256`)), `${PATH}.sha256 is not there`],
    [
      'has the digest of another',
      () => vendor(bytes, formatDigest('0.2.0', pack('evil'))),
      'which is not that of',
    ],
    [
      'has the digest of a file of another name',
      () => vendor(bytes, formatDigest('0.1.0', bytes)),
      'which is not that of',
    ],
    [
      'has a swapped tarball with its digest',
      () => vendor(pack('evil')),
      'package-lock.json has another digest',
    ],
    [
      'has a lock file without a digest',
      () => writeFileSync(join(folder, 'package-lock.json'), '{}'),
      'no digest',
    ],
    ['has no lock file', () => rmSync(join(folder, 'package-lock.json')), 'no digest'],
    [
      'runs a file that was changed after it was installed',
      () => writeFileSync(join(home, 'dist/main.js'), 'evil'),
      'dist/main.js',
    ],
    ['runs a file too many', () => writeFileSync(join(home, 'dist/more.js'), 'evil'), 'dist/more.js'],
    ['runs a file too few', () => rmSync(join(home, 'dist/main.js')), 'dist/main.js'],
    [
      'runs what was installed before the tarball was replaced',
      () => {
        vendor(pack('newer'));
        lockTo(readFileSync(join(folder, PATH)));
      },
      'Run npm ci',
    ],
  ])('that %s is not', async (_what, change, says) => {
    change();
    expect(await found()).toEqual([expect.stringContaining(says)]);
  });

  test('whose tarball, digest, lock file and node_modules were swapped together is told by the CI alone', async () => {
    vendor(pack('evil'));
    lockTo(readFileSync(join(folder, PATH)));
    writeFileSync(join(home, 'dist/main.js'), 'evil');
    expect(await found()).toEqual([]);
    expect(await found([hashForPeople(bytes)])).toEqual([
      expect.stringContaining('which KITE_STS_TARBALL_SHA256 does not name'),
    ]);
  });
});
