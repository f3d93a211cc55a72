import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { packSource } from '../../lib/cli/tarball.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { emptyFolder } from './local.ts';
import { ROOT } from './markdown.ts';

const run = promisify(execFile);
export const NO_NETWORK = { npm_config_offline: 'true', npm_config_update_notifier: 'false' };

/** The machine's own Node: npm scripts put the one of node_modules before it. */
function machineNode(): string {
  return (
    (process.env['PATH'] ?? '')
      .split(delimiter)
      .filter(folder => !folder.includes('node_modules'))
      .map(folder => join(folder, 'node'))
      .find(path => existsSync(path)) ?? process.execPath
  );
}

export const NODE = machineNode();

/** This checkout as a fresh clone with its dependencies, where a test may write. */
export function clone(): string {
  const copy = emptyFolder();
  const left = ['node_modules', '.git', 'dist', 'coverage', 'test', '.serverless'];
  cpSync(ROOT, copy, { recursive: true, filter: path => !left.includes(relative(ROOT, path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

export type Installed = {
  readonly tarball: string;
  readonly folder: string;
  readonly home: string;
  readonly bin: string;
};

/** An empty folder with the package and these packages alone, as `npm install` of the tarball leaves it. */
export async function installed(packages = Object.keys(packageJson.dependencies)): Promise<Installed> {
  const tarball = join(emptyFolder(), `kite-sts-${packageJson.version}.tgz`);
  writeFileSync(tarball, await packSource(ROOT));

  const folder = emptyFolder();
  const home = join(folder, 'node_modules/kite-sts');
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  mkdirSync(home);
  await run('tar', ['-xzf', tarball, '-C', home, '--strip-components=1']);
  for (const name of packages) {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  const bin = join(folder, 'node_modules/.bin/kite-sts');
  symlinkSync(join(home, packageJson.bin['kite-sts']), bin);
  return { tarball, folder, home, bin };
}
