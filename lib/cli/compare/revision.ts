import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../config/load.ts';
import { complaintsText } from '../findings.ts';
import { Failure } from '../verb.ts';

const loaded = (folder: string, name: string): Config => {
  const { config, complaints } = loadConfig(folder);
  if (config) return config;
  const named = complaints.map(({ place, ...rest }) => ({
    ...rest,
    place: { ...place, file: place.file.replace(folder, name) },
  }));
  throw new Failure(complaintsText(named));
};

const GIT_MAX_BYTES = 256 * 1024 * 1024;

const git = (words: readonly string[]): Buffer =>
  execFileSync('git', words, { maxBuffer: GIT_MAX_BYTES, stdio: ['ignore', 'pipe', 'pipe'] });

const archived = (revision: string, folder: string): Buffer => {
  try {
    // After --, nothing is an option; and what names a revision never begins with a dash.
    if (revision.startsWith('-')) throw new Error('it begins with a dash');
    return git(['archive', '--format=tar', revision, '--', folder]);
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? '').trim();
    throw new Failure(
      `"${revision}" is neither a folder with a broker.yml nor a git revision that has ${folder}/.${said ? ` git says: ${said}` : ''}\n`,
    );
  }
};

const ofRevision = (revision: string, folder: string): Config => {
  const tar = archived(revision, folder);
  const aside = mkdtempSync(join(tmpdir(), 'kite-sts-'));
  try {
    execFileSync('tar', ['-x', '-C', aside], { input: tar });
    return loaded(join(aside, folder), `${revision}:${folder}`);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
};

/**
 * A configuration by the name of its folder, or by that of a git revision, in which it lies in `folder`. Throws
 * `Failure` with every complaint, or when it is neither.
 */
export const configAt = (name: string, folder: string): Config =>
  existsSync(join(name, 'broker.yml')) ? loaded(name, name) : ofRevision(name, folder);
