import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { FUNCTIONS, type FunctionName } from '../lib/config/wiring.ts';

const ROOT = dirname(import.meta.dirname);

/** One of Node's own modules as an ES module, of which a bundle holds no more than the names that it imports. */
function writeBuiltin(path: string): string {
  const names = Object.keys(process.getBuiltinModule(path) ?? {}).filter(name => /^[a-z]\w*$/i.test(name));
  return [
    `const whole = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)});`,
    'export default whole;',
    // Pure: what nobody imports is left out, and each getter of Node's that is left would load more of Node.
    ...names
      .filter(name => name !== 'default')
      .map(name => `export const ${name} = /* @__PURE__ */ (() => whole.${name})();`),
  ].join('\n');
}

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
    on.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: writeBuiltin(path) }));
  },
};

const EVERY = {
  absWorkingDir: ROOT,
  bundle: true,
  write: false,
  // Paths below node_modules, not those of a store or a link, which the output's order could follow.
  preserveSymlinks: true,
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

/** How every function is bundled. */
export const SETTING = {
  ...EVERY,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  plugins: [builtins],
} satisfies BuildOptions;

/**
 * How the command line is bundled: a file for each verb, and one for what several share. As many files as the source has took
 * half of a run to find and read, and the parser of YAML another third. The credentials of operators stay where they are: a verb
 * that needs them loads them from AWS's own package. Names stay too, for whoever reads a stack.
 */
export const COMMAND_SETTING = {
  ...EVERY,
  minify: false,
  minifyWhitespace: true,
  minifySyntax: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  splitting: true,
  chunkNames: '[name]-[hash]',
  plugins: [builtins],
  external: ['@aws-sdk/*', '@smithy/*', 'jose'],
} satisfies BuildOptions;

/** How the console is bundled: one script whose engine a test finds under this name, and one style. */
export const CONSOLE_SETTING = {
  ...EVERY,
  platform: 'browser',
  format: 'iife',
  globalName: 'kiteSts',
  // The oldest that know light-dark() and Map.groupBy.
  target: ['chrome123', 'firefox120', 'safari17.5'],
} satisfies BuildOptions;

/** Bundles what AWS Lambda loads for this function. The same source and lock file give the same bytes, wherever they lie. */
export async function bundleFunction(name: FunctionName): Promise<Uint8Array> {
  const { outputFiles } = await build({ ...SETTING, entryPoints: [`functions/${name}.ts`] });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

/** Where the compiled command line lies, and then its bundle. */
const COMMAND = 'dist/lib/cli';

/** Bundles the command line, by the names of its files. The same source gives the same bytes. */
async function bundleCommand(): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    ...COMMAND_SETTING,
    entryPoints: ['lib/cli/main.ts'],
    outdir: COMMAND,
  });
  return new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
}

type Bundled = { readonly text: string; readonly inputs: readonly string[] };

async function bundleConsole(file: string): Promise<Bundled> {
  const entryPoints = [`lib/review/console/${file}`];
  const { outputFiles, metafile } = await build({ ...CONSOLE_SETTING, entryPoints, metafile: true });
  return { text: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs) };
}

/** The licences of the packages in a bundle, which must come with every copy of them: each text once. */
function readNotices(inputs: readonly string[]): string {
  const packages = new Set(
    inputs.flatMap(path => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
  );
  const named = new Map<string, string[]>();
  for (const name of [...packages].sort()) {
    const text = readFileSync(join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8').trim();
    named.set(text, [...(named.get(text) ?? []), name]);
  }
  return [...named].map(([text, names]) => `${names.join(', ')}\n\n${text}`).join('\n\n');
}

/** CSP3 §2.3.1 hash-source: this very text between its tags, and no other, may run or style. */
function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/**
 * Builds the page of the console without any data: its script, its style, and the policy that lets it do nothing else. No
 * `connect-src`: not even this page may ask anybody anything. The same source gives the same bytes.
 */
export async function buildConsolePage(): Promise<string> {
  const { text: code, inputs } = await bundleConsole('main.ts');
  const { text: style } = await bundleConsole('console.css');
  const policy = `default-src 'none'; script-src ${hashSource(code)}; style-src ${hashSource(style)}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;
  return readFileSync(join(ROOT, 'lib/review/console/index.html'), 'utf8')
    .replace('<!-- notices -->', () => `<!--\n${readNotices(inputs)}\n-->`)
    .replace('{policy}', policy)
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script></script>', () => `<script>${code}</script>`);
}

function writeBuilt(file: string, content: Uint8Array | string): void {
  mkdirSync(join(ROOT, dirname(file)), { recursive: true });
  writeFileSync(join(ROOT, file), content);
  // Not to standard output, which is that of `npm pack`.
  process.stderr.write(`${file} ${content.length} bytes\n`);
}

if (import.meta.main) {
  for (const name of FUNCTIONS)
    writeBuilt(join('dist/functions', name, 'index.mjs'), await bundleFunction(name));
  writeBuilt('dist/console/index.html', await buildConsolePage());
  rmSync(join(ROOT, COMMAND), { recursive: true, force: true });
  for (const [file, content] of await bundleCommand()) writeBuilt(join(COMMAND, file), content);
}
