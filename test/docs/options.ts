/** `node test/docs/options.ts`: writes the tables of options of the command-line reference, as the verbs declare them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describeOption, writeOption } from '../../lib/cli/help.ts';
import { VERBS } from '../../lib/cli/run.ts';
import { CLI_PAGES } from '../harness/markdown.ts';

/** The head of a table and its rows: the options of one verb, or what several have in common. */
const TABLE = /^\| option of ([\w, -]+) \| meaning \|\n(?:\|.*\n)+/gm;
/** Where the page lists the verbs that have `--config`; those with `--json` have a shape in the table of shapes. */
const CONFIG_LINE = /^`--config FOLDER`: .*\n/m;
/** Options that mean the same wherever a verb has them, and the verbs where they mean something of their own. */
const COMMON: { readonly [option: string]: readonly string[] } = {
  config: ['init', 'diff'],
  json: ['start', 'exec', 'credential-process'],
};

/** A row of a table, and the verb and the option that it is of. */
type OptionRow = { readonly verb: string; readonly option: string; readonly text: string };

async function listRows(): Promise<OptionRow[]> {
  const verbs = await Promise.all(
    Object.entries(VERBS).map(async ([verb, load]) => ({ verb, ...(await load()) })),
  );
  return verbs.flatMap(({ verb, options }) =>
    Object.entries(options).map(([option, declared]) => {
      const meaning = describeOption(declared).replaceAll('|', '\\|');
      return { verb, option, text: `| \`${writeOption(option, declared)}\` | ${meaning} |\n` };
    }),
  );
}

function isCommon({ verb, option }: OptionRow): boolean {
  return COMMON[option]?.includes(verb) === false;
}

/** What each of these verbs has, and says in the same words. */
function listShared(rows: readonly OptionRow[], verbs: readonly string[]): OptionRow[] {
  return rows.filter(
    row =>
      row.verb === verbs[0] &&
      !isCommon(row) &&
      verbs.every(verb => rows.some(other => other.verb === verb && other.text === row.text)),
  );
}

/** The verbs of each table of options that a text has. */
function listTables(text: string): string[][] {
  return [...text.matchAll(TABLE)].map(([, verbs = '']) => verbs.split(', '));
}

function writeTable(rows: readonly OptionRow[], verbs: readonly string[], all: readonly string[][]): string {
  const wider = all.filter(other => other.length > verbs.length && verbs.every(verb => other.includes(verb)));
  const told = new Set(wider.flatMap(other => listShared(rows, other).map(({ text }) => text)));
  const own = listShared(rows, verbs).filter(({ text }) => !told.has(text));
  const head = `| option of ${verbs.join(', ')} | meaning |\n| --- | --- |\n`;
  return `${head}${own.map(({ text }) => text).join('')}`;
}

function writeConfigLine(rows: readonly OptionRow[]): string {
  const having = rows.filter(row => row.option === 'config' && isCommon(row));
  return `\`--config FOLDER\`: ${having.map(({ verb }) => `\`${verb}\``).join(' ')}\n`;
}

/** The pages with each of their tables of options as the verbs declare them. */
export async function writeOptionTables(pages: readonly string[]): Promise<string[]> {
  const rows = await listRows();
  const all = pages.flatMap(listTables);
  return pages.map(page =>
    page
      .replace(TABLE, (_table, verbs: string) => writeTable(rows, verbs.split(', '), all))
      .replace(CONFIG_LINE, writeConfigLine(rows)),
  );
}

/** Options that no table of these pages tells, such as `lint --strict`. */
export async function listUntold(pages: readonly string[]): Promise<string[]> {
  const rows = await listRows();
  const told = pages.flatMap(listTables).flatMap(verbs => {
    const shared = new Set(listShared(rows, verbs).map(({ text }) => text));
    return rows.filter(row => verbs.includes(row.verb) && shared.has(row.text));
  });
  return rows
    .filter(row => !isCommon(row) && !told.includes(row))
    .map(({ verb, option }) => `${verb} --${option}`);
}

if (import.meta.main) {
  const urls = CLI_PAGES.map(page => new URL(`../../${page}`, import.meta.url));
  const written = await writeOptionTables(urls.map(url => readFileSync(url, 'utf8')));
  for (const [at, url] of urls.entries()) writeFileSync(url, written[at] ?? '');
}
