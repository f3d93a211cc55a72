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
import {
  type FunctionName,
  findWiredSettings,
  type WiredSetting,
  writeWiring,
} from '../lib/config/wiring.ts';
import type { TemplateInput } from './input.ts';
import { findParts } from './wiring.ts';
import { createZip, type ZipFile } from './zip.ts';

/** A package has its bundles from when it was packed; a clone makes them now, from its source. */
async function loadBundle(name: FunctionName): Promise<Uint8Array> {
  const packed = join(dirname(import.meta.dirname), 'functions', name, 'index.mjs');
  return existsSync(packed) ? readFileSync(packed) : (await import('./build.ts')).bundleFunction(name);
}

function packDataFiles(config: Config, settings: readonly WiredSetting[]): ZipFile[] {
  const folder = mkdtempSync(join(tmpdir(), 'kite-sts-'));
  try {
    writeCompiled(folder, config);
    writeWiring(folder, settings);
    return readdirSync(folder).map(name => ({
      path: `config/${name}`,
      content: readFileSync(join(folder, name)),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The exchange makes tokens for registries of images alone; each other registry takes the subject token itself. */
function selectRegistries(name: FunctionName, config: Config): Config['registries'] {
  if (name === 'authorizer') return config.registries;
  return name === 'exchange' ? config.registries.filter(each => each.kind === 'oci') : [];
}

/**
 * Writes what AWS Lambda gets for this function: its code, and beside it as data the configuration and what the
 * template tells it, without which it does not start.
 */
export async function writeArtifact(name: FunctionName, input: TemplateInput, file: string): Promise<void> {
  const { config } = input;
  // Each knows the policies by which it decides. What only publishes or makes keys has no use for any.
  const known: Config = {
    ...config,
    roles: name === 'exchange' ? config.roles : [],
    registries: selectRegistries(name, config),
  };
  const settings = findWiredSettings(name, findParts(input));
  const files = [{ path: 'index.mjs', content: await loadBundle(name) }, ...packDataFiles(known, settings)];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, createZip(files));
}
