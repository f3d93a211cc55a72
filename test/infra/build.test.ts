import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { writeArtifact } from '../../infra/artifact.ts';
import { bundleFunction, SETTING } from '../../infra/build.ts';
import { FUNCTIONS } from '../../lib/config/wiring.ts';
import { optionsFrom, STACK } from '../harness/deploy.ts';
import { configFrom, emptyFolder } from '../harness/local.ts';
import { unzip } from '../harness/unzip.ts';

/** The source files that are in a bundle, by esbuild's own account. */
async function inputs(name: (typeof FUNCTIONS)[number]): Promise<string[]> {
  const { metafile } = await build({ ...SETTING, entryPoints: [`functions/${name}.ts`], metafile: true });
  return Object.values(metafile.outputs).flatMap(output =>
    Object.entries(output.inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
}

describe.each(FUNCTIONS)('the bundle of %s', name => {
  test('is the same to the byte each time', async () => {
    const [one, other] = [await bundleFunction(name), await bundleFunction(name)];
    expect(Buffer.compare(one, other)).toBe(0);
    expect(one.length).toBeGreaterThan(1000);
  });

  test('copies none of Node’s modules: each copy of node:crypto would take a cold start a quarter of a millisecond', async () => {
    expect(Buffer.from(await bundleFunction(name)).toString()).not.toContain('getOwnPropertyDescriptor');
  });

  test('has no parser of YAML, no jose, no laptop, no command line and no claims that nobody verified', async () => {
    const FORBIDDEN = /node_modules\/(yaml|jose)\/|^lib\/(local|cli)\/|^lib\/policy\/assume\.ts$|^infra\//;
    const found = await inputs(name);
    expect(found).toContain(`functions/${name}.ts`);
    expect(found.filter(path => FORBIDDEN.test(path))).toEqual([]);
  });

  test('imports nothing when it is loaded: built-ins come by name, and all else is in it', async () => {
    const text = Buffer.from(await bundleFunction(name)).toString();
    expect(text).toContain('process.getBuiltinModule("');
    expect(text).not.toMatch(/\bimport\s*[{*"'(]|\bfrom\s*["']|\brequire\(/);
  });

  test('names no folder of the machine that built it', async () => {
    expect(Buffer.from(await bundleFunction(name)).toString()).not.toContain(process.cwd());
  });
});

describe('the artifact of', () => {
  const artifact = async (name: (typeof FUNCTIONS)[number]): Promise<Buffer> => {
    const file = join(emptyFolder(), 'new', `${name}.zip`);
    await writeArtifact(name, { config: configFrom(), options: optionsFrom(), stack: STACK }, file);
    return readFileSync(file);
  };

  test.each(FUNCTIONS)('%s is the same to the byte each time', async name => {
    expect(Buffer.compare(await artifact(name), await artifact(name))).toBe(0);
  });

  test.each(FUNCTIONS)('%s has its code and the compiled configuration, and nothing else', async name => {
    const paths = [...unzip(await artifact(name)).keys()];
    expect(paths).toEqual([
      'config/broker.json',
      'config/roles.index',
      'config/roles.jsonl',
      'config/roles.targets',
      'config/wiring.json',
      'index.mjs',
    ]);
  });

  test('exchange has every role, and discovery has none', async () => {
    const roles = async (name: (typeof FUNCTIONS)[number]) =>
      unzip(await artifact(name))
        .get('config/roles.jsonl')
        ?.toString()
        .split('\n')
        .filter(Boolean).length;
    expect([await roles('exchange'), await roles('discovery')]).toEqual([3, 0]);
  });
});
