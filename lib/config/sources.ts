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
  try {
    if (!isPlainFile(path))
      return complaints
        .at(locateFile(path))
        .say('text-refused', 'Only a regular file is read here, and this is no such file.');
    return utf8.decode(readFileSync(path));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return complaints
      .at(locateFile(path))
      .say(
        missing ? 'file-missing' : 'text-refused',
        missing ? 'There is no such file.' : 'The file cannot be read as UTF-8 text.',
      );
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

function listNamedFiles(folder: string, what: string, complaints: Complaints): Omit<Source, 'source'>[] {
  return readdirSync(folder)
    .sort()
    .filter(file => !file.startsWith('.') && !file.endsWith('.test.yml'))
    .flatMap(file => {
      const name = file.replace(/\.yml$/, '');
      const path = join(folder, file);
      const fits = file.endsWith('.yml') && ROLE_NAME.test(name);
      if (!fits)
        complaints
          .at(locateFile(path))
          .say(
            'file-name',
            `${what} is a file <name>.yml, its name of a-z, 0-9 and - and at most 64 characters.`,
          );
      return fits ? [{ name, path }] : [];
    });
}

/** The files `<name>.yml` of a folder, in order, without those of test cases; none when there is no folder. */
export function readSources(folder: string, what: string, complaints: Complaints): Source[] {
  return existsSync(folder)
    ? listNamedFiles(folder, what, complaints).flatMap(named => {
        const source = readSource(named.path, complaints);
        return source === undefined ? [] : [{ ...named, source }];
      })
    : [];
}
