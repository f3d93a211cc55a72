import { createHash } from 'node:crypto';

/** Where a team's repository keeps the tarball of a version. */
export function nameTarball(version: string): string {
  return `vendor/kite-sts-${version}.tgz`;
}

/** The file beside a tarball with its SHA-256, as the release has it. */
export function nameDigestFile(version: string): string {
  return `${nameTarball(version)}.sha256`;
}

/** As npm writes it into a lock file: https://w3c.github.io/webappsec-subresource-integrity/ */
export function hashTarball(bytes: Buffer): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}

/** SHA-256 in hex, as a release and `sha256sum` have it. */
export function hashForPeople(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A line that `sha256sum --check` takes, in the folder of the tarball. */
export function formatDigest(version: string, bytes: Buffer): string {
  return `${hashForPeople(bytes)}  kite-sts-${version}.tgz\n`;
}

/** The kite-sts that a team's repository runs, by its package.json and its lock file. */
export type VendoredPin = {
  readonly version: string;
  readonly path: string;
  /** Of the tarball, by the lock file; undefined where that has none. */
  readonly integrity: string | undefined;
};

type Manifest = {
  readonly dependencies?: { readonly [name: string]: unknown };
  readonly devDependencies?: { readonly [name: string]: unknown };
};

/** npm's note of an installed package: where its tarball was, and the digest of it. */
export type PackageNote = {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly version?: string;
};

export type Lock = { readonly packages?: { readonly [path: string]: PackageNote } };

function parseJson<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** How a package.json names kite-sts; undefined where it does not. */
export function readSpec(manifest: string): string | undefined {
  const { dependencies, devDependencies } = parseJson<Manifest>(manifest) ?? {};
  const spec = dependencies?.['kite-sts'] ?? devDependencies?.['kite-sts'];
  return typeof spec === 'string' ? spec : undefined;
}

/** Undefined where package.json does not point to a tarball in vendor/. */
export function parsePin(manifest: string, lock: string | undefined): VendoredPin | undefined {
  const [, version] =
    /^file:(?:\.\/)?vendor\/kite-sts-(\d+\.\d+\.\d+)\.tgz$/.exec(readSpec(manifest) ?? '') ?? [];
  if (version === undefined) return undefined;
  const noted = parseJson<Lock>(lock ?? '')?.packages?.['node_modules/kite-sts'];
  return { version, path: nameTarball(version), integrity: noted?.integrity };
}
