import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Complaints } from '../language/complaint.ts';
import type { Place } from '../language/tree.ts';
import { ROLE_NAME } from '../policy/name.ts';

/** Where a complaint about a whole file stands. */
export function locateFile(file: string): Place {
  return { file, line: 1, column: 1 };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The folders of a configuration. Where it lies itself is for whoever named it. */
const FOLDERS = ['roles', 'registries'];

/**
 * Is this a regular file, in a folder that is none but itself? Whoever may write a role could else have anything that
 * this process can read shown in a complaint.
 */
function isPlainFile(path: string): boolean {
  const folder = dirname(path);
  return lstatSync(path).isFile() && (!FOLDERS.includes(basename(folder)) || lstatSync(folder).isDirectory());
}

/** The text of a regular file; complains and gives undefined when there is none, or no text in it. */
export function readSource(path: string, complaints: Complaints): string | undefined {
  const here = complaints.at(locateFile(path));
  try {
    if (isPlainFile(path)) return utf8.decode(readFileSync(path));
    return here.say('text-refused', 'Only a regular file is read here, and this is no such file.');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? here.say('file-missing', 'There is no such file.')
      : here.say('text-refused', 'The file cannot be read as UTF-8 text.');
  }
}

/** Complains of files that would not be read for their ending: the limits in a teams.yaml would hold nobody. */
export function complainOfEndings(folder: string, complaints: Complaints): void {
  for (const name of ['broker', 'invariants', 'teams']) {
    const file = join(folder, `${name}.yaml`);
    if (existsSync(file))
      complaints.at(locateFile(file)).say('file-name', `Only ${name}.yml is read. Rename it.`);
  }
}

type Source = { readonly name: string; readonly path: string; readonly source: string };

/** The name that a file of this folder gives what is in it; complains of one that is no name. */
function readFileName(path: string, what: string, complaints: Complaints): string | undefined {
  const name = basename(path, '.yml');
  if (path.endsWith('.yml') && ROLE_NAME.test(name)) return name;
  const says = `${what} is a file <name>.yml, its name of a-z, 0-9 and - and at most 64 characters.`;
  return complaints.at(locateFile(path)).say('file-name', says);
}

/** The files `<name>.yml` of a folder, in order, without those of test cases; none when there is no folder. */
export function readSources(folder: string, what: string, complaints: Complaints): Source[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter(file => !file.startsWith('.') && !file.endsWith('.test.yml'));
  return files.sort().flatMap(file => {
    const path = join(folder, file);
    const name = readFileName(path, what, complaints);
    const source = name === undefined ? undefined : readSource(path, complaints);
    return name === undefined || source === undefined ? [] : [{ name, path, source }];
  });
}
