import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeCompiled } from '../lib/config/compiled.ts';
import type { Config } from '../lib/config/load.ts';
import type { FunctionName } from './functions.ts';
import { type ZipFile, zip } from './zip.ts';

/** A package has its bundles from when it was packed; a clone makes them now, from its source. */
const bundleOf = async (name: FunctionName): Promise<Uint8Array> => {
  const packed = join(dirname(import.meta.dirname), 'functions', name, 'index.mjs');
  return existsSync(packed) ? readFileSync(packed) : (await import('./build.ts')).bundle(name);
};

const compiledFiles = (config: Config): ZipFile[] => {
  const folder = mkdtempSync(join(tmpdir(), 'kite-sts-'));
  try {
    writeCompiled(folder, config);
    return readdirSync(folder).map(name => ({
      path: `config/${name}`,
      content: readFileSync(join(folder, name)),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Writes what AWS Lambda gets for this function: its code, and beside it the configuration as data. */
export const writeArtifact = async (name: FunctionName, config: Config, file: string): Promise<void> => {
  // Each knows the policies by which it decides. What only publishes or makes keys has no use for any.
  const known: Config = {
    ...config,
    roles: name === 'exchange' ? config.roles : [],
    registries: name === 'authorizer' ? config.registries : [],
  };
  const files = [{ path: 'index.mjs', content: await bundleOf(name) }, ...compiledFiles(known)];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, zip(files));
};
