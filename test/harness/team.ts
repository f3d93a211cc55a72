import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import process from 'node:process';
import packageJson from '../../package.json' with { type: 'json' };
import { emptyFolder, folderOf } from './local.ts';
import { type TestRegistry, testRegistry } from './npm.ts';
import { NODE } from './pack.ts';

/** In place of the Serverless Framework, which is five hundred packages. */
const FRAMEWORK = {
  'package.json': JSON.stringify({
    name: 'osls',
    version: packageJson.devDependencies.serverless.split('@')[1],
    bin: { serverless: 'serverless.js' },
  }),
  'serverless.js': '#!/usr/bin/env node\n',
};

/** What somebody may put on the registry, whom no one stops: our name is nobody's there. */
const TAKEN = {
  'package.json': JSON.stringify({ name: 'kite-sts', version: '99.0.0', bin: { 'kite-sts': 'evil.js' } }),
  'evil.js': '#!/usr/bin/env node\nconsole.log("owned");\n',
};

export type TeamRun = { readonly exits: number | null; readonly out: string; readonly error: string };

/** The machine of somebody who has the packed tarball, npm and git, and no checkout of ours. */
export type TeamMachine = {
  readonly home: string;
  readonly registry: TestRegistry;
  /** Runs a script of bash to its end, or to its first line that fails. */
  run(folder: string, script: string): Promise<TeamRun>;
};

export async function createTeamMachine(): Promise<TeamMachine> {
  const home = emptyFolder();
  const registry = await testRegistry(
    Object.keys(packageJson.dependencies),
    [FRAMEWORK, TAKEN].map(folderOf),
  );
  const env = {
    PATH: [dirname(NODE), ...(process.env['PATH'] ?? '').split(delimiter)]
      .filter(each => !each.includes('node_modules'))
      .join(delimiter),
    HOME: home,
    // As in CI, where npx asks nobody before it installs.
    CI: 'true',
    npm_config_registry: registry.url,
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    npm_config_fetch_retries: '0',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@test.example',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@test.example',
  };
  const run = (cwd: string, script: string): Promise<TeamRun> =>
    new Promise(resolve => {
      // In a group of its own: a test may interrupt all of it.
      const child = spawn('bash', ['--norc', '-euc', script], { cwd, env, detached: true });
      let [out, error] = ['', ''];
      child.stdout.on('data', chunk => (out += chunk));
      child.stderr.on('data', chunk => (error += chunk));
      child.on('close', exits => resolve({ exits, out, error }));
    });
  return { home, registry, run };
}
