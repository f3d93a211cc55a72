import { execFile } from 'node:child_process';
import { createReadStream, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import lock from '../../package-lock.json' with { type: 'json' };
import { emptyFolder } from './local.ts';
import { ROOT } from './markdown.ts';
import { NO_NETWORK } from './pack.ts';
import { listenToEnd } from './server.ts';

const run = promisify(execFile);

type Locked = { readonly dependencies?: { readonly [name: string]: string } };
const LOCKED = lock.packages as { readonly [path: string]: Locked };

/** Every package that these need, as the lock file has it at the top of node_modules. */
function closure(names: readonly string[]): string[] {
  const all = new Set(names);
  for (const name of all)
    for (const needed of Object.keys(LOCKED[`node_modules/${name}`]?.dependencies ?? {})) all.add(needed);
  return [...all];
}

type Packed = { readonly name: string; readonly filename: string; readonly integrity: string };

/** The tarballs of folders, as `npm publish` would send them. */
async function packed(folders: readonly string[], into: string): Promise<Packed[]> {
  const words = ['pack', '--ignore-scripts', '--json', '--pack-destination', into, ...folders];
  const { stdout } = await run('npm', words, { cwd: ROOT, env: { ...process.env, ...NO_NETWORK } });
  // npm 12 gives an object by name, older ones a list.
  return Object.values(JSON.parse(stdout) as { readonly [key: string]: Packed });
}

export type TestRegistry = { readonly url: string; readonly asked: string[] };

/**
 * A registry of npm with these packages of our own node_modules, and what they need; and those of further folders.
 * It knows no kite-sts, as the real one.
 */
export async function testRegistry(
  names: readonly string[],
  folders: readonly string[],
): Promise<TestRegistry> {
  const into = emptyFolder();
  const all = [...closure(names).map(name => join(ROOT, 'node_modules', name)), ...folders];
  const tarballs = await packed(all, into);
  const manifests = all.map(folder => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1);
    asked.push(path);
    const at = manifests.findIndex(({ name }) => name === path);
    if (path.endsWith('.tgz')) return void createReadStream(join(into, path)).pipe(response);
    const manifest = manifests[at];
    const found = tarballs.find(({ name }) => name === path);
    if (!manifest || !found) return void response.writeHead(404).end('{}');
    const dist = { tarball: `${url}/${found.filename}`, integrity: found.integrity };
    const versions = { [manifest.version]: { ...manifest, dist } };
    const document = { name: path, 'dist-tags': { latest: manifest.version }, versions };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  const url = `http://127.0.0.1:${await listenToEnd(server)}`;
  return { url, asked };
}
