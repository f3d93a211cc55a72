import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Invariant, readInvariants } from '../../config/invariants.ts';
import { type Config, loadConfig } from '../../config/load.ts';
import { writeComplaints } from '../../review/findings.ts';
import { useTemporaryFolder } from '../aside.ts';
import { Failure } from '../verb.ts';

/** A configuration with the sentences that it proves. */
export type ComparedConfig = Config & { readonly invariants: readonly Invariant[] | undefined };

/** Sentences that this version cannot read guard nothing, so they count as not there. */
function readOwnInvariants(config: Config): readonly Invariant[] | undefined {
  if (!existsSync(join(config.folder, 'invariants.yml'))) return undefined;
  const { invariants, complaints } = readInvariants(config.folder, config.rows);
  return complaints.length > 0 ? undefined : invariants;
}

function loadCompared(folder: string, name: string): ComparedConfig {
  const { config, complaints } = loadConfig(folder);
  if (config) return { ...config, invariants: readOwnInvariants(config) };
  const named = complaints.map(({ place, ...rest }) => ({
    ...rest,
    place: { ...place, file: place.file.replace(folder, name) },
  }));
  throw new Failure(writeComplaints(named));
}

const GIT_MAX_BYTES = 256 * 1024 * 1024;

/** Runs git on these revisions. Throws `Failure` with `says`, and what git said. */
function askAboutRevisions(revisions: readonly string[], words: readonly string[], says: string): Buffer {
  try {
    // After --, nothing is an option; and what names a revision never begins with a dash.
    if (revisions.some(revision => revision.startsWith('-'))) throw new Error('it begins with a dash');
    return execFileSync('git', words, { maxBuffer: GIT_MAX_BYTES, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? '').trim();
    throw new Failure(`${says}${said ? ` git says: ${said}` : ''}\n`);
  }
}

function loadRevision(revision: string, folder: string): Promise<ComparedConfig> {
  const words = ['archive', '--format=tar', revision, '--', folder];
  const refusal = `"${revision}" is neither a folder with a broker.yml nor a git revision that has ${folder}/.`;
  return useTemporaryFolder(async aside => {
    const input = askAboutRevisions([revision], words, refusal);
    execFileSync('tar', ['-x', '-C', aside], { input });
    return loadCompared(join(aside, folder), `${revision}:${folder}`);
  });
}

/**
 * A configuration by the name of its folder, or by that of a git revision, in which it lies in `folder`. Throws
 * `Failure` with every complaint, or when it is neither.
 */
export async function loadVersion(name: string, folder: string): Promise<ComparedConfig> {
  return existsSync(join(name, 'broker.yml')) ? loadCompared(name, name) : loadRevision(name, folder);
}

/**
 * The revision from which both came: what is compared with it is what `to` changed, and nothing that others did since.
 * Throws `Failure` where git knows none, as in a clone that is too shallow.
 */
export function findMergeBase(from: string, to: string): string {
  const head = existsSync(join(to, 'broker.yml')) ? 'HEAD' : to;
  const refusal = `git finds no revision from which "${from}" and "${head}" both came. Is the clone shallow? Fetch all of the history first, as with fetch-depth: 0.`;
  return askAboutRevisions([from, head], ['merge-base', from, head], refusal).toString('utf8').trim();
}
