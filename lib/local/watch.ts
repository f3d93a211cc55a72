import { readdirSync, statSync } from 'node:fs';
import { type Config, loadConfig } from '../config/load.ts';
import { writeComplaint } from '../language/complaint.ts';
import { writeCount } from '../language/counted.ts';

/** Where the files of a configuration lie, as seen from its folder. */
const FOLDERS = ['.', 'roles', 'registries'];

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => name.endsWith('.yml'))
      .map(name => `${folder}/${name}`);
  } catch {
    return [];
  }
}

function describeFile(path: string): string {
  try {
    const { size, mtimeMs, ino } = statSync(path);
    return `${path} ${size} ${mtimeMs} ${ino}`;
  } catch {
    return path;
  }
}

function describeFolder(folder: string): string {
  return FOLDERS.flatMap(each => listFolder(`${folder}/${each}`))
    .map(describeFile)
    .join('\n');
}

/**
 * Gives the configuration of a folder each time that a file of it changed since it was last asked, and tells so. One
 * with a mistake is told and not given: what was read before goes on deciding.
 */
export function watchFolder(folder: string, tell: (text: string) => void): () => Config | undefined {
  let seen = describeFolder(folder);
  return () => {
    const found = describeFolder(folder);
    if (found === seen) return undefined;
    seen = found;
    const { config, complaints } = loadConfig(folder);
    tell(
      config
        ? `${folder} has changed and was read again: ${writeCount(config.roles.length, 'role')}.\n`
        : `${folder} has changed, and what was read before goes on deciding until this is mended:\n${complaints.map(writeComplaint).join('\n')}\n`,
    );
    return config;
  };
}
