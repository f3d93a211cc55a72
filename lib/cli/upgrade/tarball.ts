import { dirname, resolve } from 'node:path';
import { readInput } from '../input.ts';
import { Failure } from '../verb.ts';
import { parseVersion, type Release, readReleases } from './changes.ts';
import { runProgram } from './run.ts';

/** A packed kite-sts, of which nothing has run yet. */
export type PackedVersion = {
  readonly version: string;
  readonly bytes: Buffer;
  readonly releases: readonly Release[];
};

/** Without unpacking: no path of the tarball is written to. */
async function readTarMember(path: string, member: string): Promise<string | undefined> {
  const words = ['-xzOf', resolve(path), `package/${member}`];
  const { exits, out } = await runProgram('tar', words, dirname(resolve(path)));
  return exits === 0 ? out.toString('utf8') : undefined;
}

/** Throws `Failure` where it is no tarball of kite-sts. */
export async function readPacked(path: string): Promise<PackedVersion> {
  const bytes = await readInput(path);
  const { name, version } = parseManifest(await readTarMember(path, 'package.json'));
  if (name !== 'kite-sts' || version === undefined || !parseVersion(version))
    throw new Failure(`${path} is no tarball of kite-sts, as npm pack makes it.\n`);
  return { version, bytes, releases: readReleases((await readTarMember(path, 'CHANGELOG.md')) ?? '') };
}

function parseManifest(text: string | undefined): { readonly name?: string; readonly version?: string } {
  try {
    return JSON.parse(text ?? '{}');
  } catch {
    return {};
  }
}
