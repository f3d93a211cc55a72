import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Invariant, readInvariants } from '../../config/invariants.ts';
import { type Config, loadConfig } from '../../config/load.ts';
import { writeComplaints } from '../findings.ts';
import { Failure } from '../verb.ts';

/** A configuration with the sentences that it proves. */
export type ComparedConfig = Config & { readonly invariants: readonly Invariant[] | undefined };

/** Sentences that this version cannot read guard nothing, so they count as not there. */
function readOwnInvariants({ folder, rows }: Config): readonly Invariant[] | undefined {
  if (!existsSync(join(folder, 'invariants.yml'))) return undefined;
  const { invariants, complaints } = readInvariants(folder, rows);
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

function runGit(words: readonly string[]): Buffer {
  return execFileSync('git', words, { maxBuffer: GIT_MAX_BYTES, stdio: ['ignore', 'pipe', 'pipe'] });
}

function archiveFolder(revision: string, folder: string): Buffer {
  try {
    // After --, nothing is an option; and what names a revision never begins with a dash.
    if (revision.startsWith('-')) throw new Error('it begins with a dash');
    return runGit(['archive', '--format=tar', revision, '--', folder]);
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? '').trim();
    throw new Failure(
      `"${revision}" is neither a folder with a broker.yml nor a git revision that has ${folder}/.${said ? ` git says: ${said}` : ''}\n`,
    );
  }
}

function loadRevision(revision: string, folder: string): ComparedConfig {
  const tar = archiveFolder(revision, folder);
  const aside = mkdtempSync(join(tmpdir(), 'kite-sts-'));
  try {
    execFileSync('tar', ['-x', '-C', aside], { input: tar });
    return loadCompared(join(aside, folder), `${revision}:${folder}`);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * A configuration by the name of its folder, or by that of a git revision, in which it lies in `folder`. Throws
 * `Failure` with every complaint, or when it is neither.
 */
export function loadVersion(name: string, folder: string): ComparedConfig {
  return existsSync(join(name, 'broker.yml')) ? loadCompared(name, name) : loadRevision(name, folder);
}

/**
 * The revision from which both came: what is compared with it is what `to` changed, and nothing that others did since.
 * Throws `Failure` where git knows none, as in a clone that is too shallow.
 */
export function findMergeBase(from: string, to: string): string {
  const head = existsSync(join(to, 'broker.yml')) ? 'HEAD' : to;
  try {
    if (from.startsWith('-') || head.startsWith('-')) throw new Error('a revision begins with no dash');
    return runGit(['merge-base', from, head]).toString('utf8').trim();
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? '').trim();
    throw new Failure(
      `git finds no revision from which "${from}" and "${head}" both came. Is the clone shallow? Fetch all of the history first, as with fetch-depth: 0.${said ? ` git says: ${said}` : ''}\n`,
    );
  }
}
