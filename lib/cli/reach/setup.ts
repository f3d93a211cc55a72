import { chmod, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { PrivateFolder } from '../../client/folder.ts';
import { Failure, type Terminal, UsageError } from '../verb.ts';
import { EntryRefused, isRegistryEntry, type ReachEntry, readEntries, readEntry } from './entries.ts';

type Environment = Terminal['environment'];
type Json = { readonly [name: string]: unknown };

/** What the set-up of this step lists. Throws `Failure`. */
export function listReach({ environment }: Terminal): readonly ReachEntry[] {
  try {
    return readEntries(environment['KITE_STS_REACH']);
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

function quoteShellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

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

async function readOwnConfig(
  environment: Environment,
): Promise<{ readonly folder: string; readonly config: Json }> {
  const folder = environment['DOCKER_CONFIG'] || join(environment['HOME'] || homedir(), '.docker');
  try {
    return {
      folder,
      config: Object(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))) as Json,
    };
  } catch {
    return { folder, config: {} };
  }
}

function removeMembers(object: unknown, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(Object(object)).filter(([name]) => !names.includes(name)));
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
  const reach = {
    KITE_STS_REACH: written.join(' '),
    PATH: `${home}:${environment['PATH'] ?? ''}`,
  };
  if (registries.length === 0) return reach;
  const own = await readOwnConfig(environment);
  const hosts = registries.map(({ host }) => host);
  const helpers = Object.fromEntries(hosts.map(host => [host, 'kite-sts']));
  const config = {
    ...own.config,
    auths: removeMembers(own.config['auths'], hosts),
    credHelpers: { ...Object(own.config['credHelpers']), ...helpers },
    cliPluginsExtraDirs: [
      ...[own.config['cliPluginsExtraDirs'] ?? []].flat(),
      join(own.folder, 'cli-plugins'),
    ],
  };
  await folder.write('config.json', JSON.stringify(config));
  return {
    ...reach,
    DOCKER_CONFIG: home,
    REGISTRY_AUTH_FILE: folder.resolve('config.json'),
  };
}
