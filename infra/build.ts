import { mkdirSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { FUNCTIONS, type FunctionName } from './functions.ts';

const ROOT = dirname(import.meta.dirname);

/**
 * Node's own modules by `process.getBuiltinModule`: an ESM import of node:http also loads all of undici, which
 * nothing here uses (https://github.com/nodejs/node/issues/59686).
 */
const builtins: Plugin = {
  name: 'builtins',
  setup(on) {
    on.onResolve({ filter: /^(node:)?[a-z]/ }, ({ path }) =>
      isBuiltin(path) ? { path, namespace: 'builtin' } : null,
    );
    on.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/** CommonJS cannot be shaken by itself. Whoever calls the parser still gets it, and a test finds it in the bundle. */
const noUnusedParser: Plugin = {
  name: 'no-unused-parser',
  setup(on) {
    on.onResolve({ filter: /^yaml$/ }, async ({ path, pluginData, ...from }) =>
      pluginData === 'asked'
        ? null
        : { ...(await on.resolve(path, { ...from, pluginData: 'asked' })), sideEffects: false },
    );
  },
};

/** How every function is bundled. */
export const SETTING = {
  absWorkingDir: ROOT,
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  // Paths below node_modules, not those of a store or a link, which the output's order could follow.
  preserveSymlinks: true,
  minify: true,
  legalComments: 'none',
  plugins: [noUnusedParser, builtins],
  logLevel: 'warning',
} satisfies BuildOptions;

/** What AWS Lambda loads for this function. The same source and lock file give the same bytes, wherever they lie. */
export const bundle = async (name: FunctionName): Promise<Uint8Array> => {
  const { outputFiles } = await build({ ...SETTING, entryPoints: [`functions/${name}.ts`] });
  return outputFiles[0]?.contents ?? new Uint8Array();
};

if (import.meta.main)
  for (const name of FUNCTIONS) {
    const file = join('dist/functions', name, 'index.mjs');
    const code = await bundle(name);
    mkdirSync(join(ROOT, dirname(file)), { recursive: true });
    writeFileSync(join(ROOT, file), code);
    // Not to standard output, which is that of `npm pack`.
    process.stderr.write(`${file} ${code.length} bytes\n`);
  }
