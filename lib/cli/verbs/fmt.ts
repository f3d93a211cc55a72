import { readdir, writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { locateFile, readSource } from '../../config/sources.ts';
import { Complaints } from '../../language/complaint.ts';
import { writeCount } from '../../language/counted.ts';
import { parse } from '../../language/parse.ts';
import { formatText, readMeaning } from '../../review/author/format.ts';
import type { SchemaName } from '../../review/author/schema.ts';
import { writeComplaints } from '../../review/findings.ts';
import { readCommandSettings } from '../configuration.ts';
import { CONFIG_OPTION, EXIT, Failure, printResult, type Verb } from '../verb.ts';

/** The files of a configuration: by folder and ending, what each is. The first that fits is it. */
const FILES: readonly (readonly [folder: string, ending: string, name: SchemaName])[] = [
  ['', 'broker.yml', 'broker'],
  ['', 'invariants.yml', 'invariants'],
  ['', 'teams.yml', 'teams'],
  ['roles', '.test.yml', 'test'],
  ['roles', '.yml', 'role'],
  ['registries', '.test.yml', 'test'],
  ['registries', '.yml', 'registry'],
];

type ConfigFile = { readonly path: string; readonly name: SchemaName };

async function listConfigFiles(config: string): Promise<ConfigFile[]> {
  const below = async (folder: string): Promise<ConfigFile[]> => {
    const names = await readdir(`${config}/${folder}`).catch((): string[] => []);
    return names.sort().flatMap(file => {
      const kind = FILES.find(([where, ending]) => where === folder && file.endsWith(ending));
      return kind && !file.startsWith('.')
        ? [{ path: [config, folder, file].filter(Boolean).join('/'), name: kind[2] }]
        : [];
    });
  };
  return (await Promise.all(['', 'roles', 'registries'].map(below))).flat();
}

type FormattedFile = ConfigFile & { readonly before: string; readonly after: string };

/** One file, before and after; complains of what cannot be read, and of what would not mean the same. */
function formatFile({ path, name }: ConfigFile, complaints: Complaints): FormattedFile {
  const count = complaints.all.length;
  const before = readSource(path, complaints) ?? '';
  const tree = parse(path, before, complaints);
  if (!tree || complaints.all.length > count) return { path, name, before, after: before };
  const after = formatText(before, name);
  if (after === before) return { path, name, before, after };
  const again = parse(path, after, complaints);
  if (!again || !isDeepStrictEqual(readMeaning(again), readMeaning(tree)))
    complaints
      .at(locateFile(path))
      .wrongValue('It could not be written in another way and mean the same, so it was left alone.');
  return { path, name, before, after };
}

export const fmt: Verb = {
  options: {
    config: CONFIG_OPTION,
    check: {
      type: 'boolean',
      help: 'Writes nothing. Exits with 2 when a file is not as it would be written.',
    },
    json: { type: 'boolean', help: 'How many files there are, and which of them change, as JSON.' },
  },
  about: `Prints the files that change. What a file means never changes, nor does the digest of a role. When a file cannot be
read, none is written.`,
  examples: ['kite-sts fmt', 'kite-sts fmt --check --config policies/ci'],
  async run(flags, terminal) {
    const { config } = readCommandSettings(flags, terminal);
    const files = await listConfigFiles(config);
    if (files.length === 0) throw new Failure(`${config} has no broker.yml and no roles.\n`);
    const complaints = new Complaints();
    const all = files.map(file => formatFile(file, complaints));
    if (complaints.all.length > 0) throw new Failure(writeComplaints(complaints.all));
    const changed = all.filter(({ before, after }) => before !== after);
    if (!flags['check']) for (const { path, after } of changed) await writeFile(path, after);
    const paths = changed.map(({ path }) => path);
    const done = flags['check'] ? 'would change' : 'changed';
    const json = { files: files.length, changed: paths, written: !flags['check'] };
    const lines = [...paths, `${writeCount(files.length, 'file')}, ${paths.length} ${done}`];
    printResult(json, () => `${lines.join('\n')}\n`, flags, terminal);
    return flags['check'] && changed.length > 0 ? EXIT.denied : EXIT.done;
  },
};
