import { chmod, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { PrivateFolder } from '../../client/folder.ts';
import { quoteShellWord } from '../../language/quote.ts';
import { Failure, type Terminal, UsageError } from '../verb.ts';
import { EntryRefused, isRegistryEntry, type ReachEntry, readEntry, readReachEntries } from './entries.ts';

type Environment = Terminal['environment'];
type Json = { readonly [name: string]: unknown };

/** Lists the entries of this step's set-up. Throws `Failure`. */
export function listReach(terminal: Terminal): readonly ReachEntry[] {
  try {
    return readReachEntries(terminal.environment['KITE_STS_REACH']);
  } catch (error) {
    if (error instanceof EntryRefused) throw new Failure(`KITE_STS_REACH: ${error.message}\n`);
    throw error;
  }
}

/** The entries of `--reach`. Throws `UsageError`. */
export function readReach(written: readonly string[]): readonly ReachEntry[] {
  return written.map(each => {
    try {
      return readEntry(each);
    } catch (error) {
      throw error instanceof EntryRefused ? new UsageError(`--reach: ${error.message}`) : error;
    }
  });
}

/** How this very program is started: Node, and the script. */
export type OwnProgram = readonly [node: string, script: string];

const RUNNING: OwnProgram = [process.execPath, process.argv[1] ?? ''];

/** Programs that run this one, beside the command's other files: Docker and client-go find them on `PATH`. */
async function writePrograms(folder: PrivateFolder, [node, script]: OwnProgram): Promise<void> {
  const start = `#!/bin/sh\nexec ${quoteShellWord(node)} ${quoteShellWord(script)}`;
  for (const [name, verb] of [
    ['kite-sts', ''],
    ['docker-credential-kite-sts', ' docker-credential'],
  ] as const) {
    await folder.write(name, `${start}${verb} "$@"\n`);
    await chmod(folder.resolve(name), 0o700);
  }
}

async function readDockerConfig(folder: string): Promise<Json> {
  try {
    return Object(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))) as Json;
  } catch {
    return {};
  }
}

/** The user's own configuration of Docker, by which our helper is asked for these hosts. */
async function writeDockerConfig(hosts: readonly string[], environment: Environment): Promise<string> {
  const folder = environment['DOCKER_CONFIG'] || join(environment['HOME'] || homedir(), '.docker');
  const own = await readDockerConfig(folder);
  const logins = Object.entries(Object(own['auths'])).filter(([host]) => !hosts.includes(host));
  const helpers = Object.fromEntries(hosts.map(host => [host, 'kite-sts']));
  return JSON.stringify({
    ...own,
    auths: Object.fromEntries(logins),
    credHelpers: { ...Object(own['credHelpers']), ...helpers },
    cliPluginsExtraDirs: [...[own['cliPluginsExtraDirs'] ?? []].flat(), join(folder, 'cli-plugins')],
  });
}

/**
 * Sets a command up so that Docker and its kin ask our helper for these registries, and it answers for them alone. The file
 * that is written holds names of helpers and no credential of ours; a password that the user had for one of these is left out.
 */
export async function setUpReach(
  written: readonly string[],
  environment: Environment,
  folder: PrivateFolder,
  self: OwnProgram = RUNNING,
): Promise<{ readonly [name: string]: string }> {
  const registries = readReach(written).filter(isRegistryEntry);
  await writePrograms(folder, self);
  const home = dirname(folder.resolve('kite-sts'));
  const reach = { KITE_STS_REACH: written.join(' '), PATH: `${home}:${environment['PATH'] ?? ''}` };
  if (registries.length === 0) return reach;
  const hosts = registries.map(({ host }) => host);
  await folder.write('config.json', await writeDockerConfig(hosts, environment));
  return { ...reach, DOCKER_CONFIG: home, REGISTRY_AUTH_FILE: folder.resolve('config.json') };
}
