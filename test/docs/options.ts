/** `node test/docs/options.ts`: writes the tables of options of the command-line reference, as the verbs declare them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describeOption } from '../../lib/cli/help.ts';
import { VERBS } from '../../lib/cli/run.ts';

const PAGE = new URL('../../docs/reference/cli.md', import.meta.url);

/** The head of a table and its rows. */
const TABLE = /^\| option of (\S+) \| \| meaning \|\n(?:\|.*\n)+/gm;

async function writeTable(name: string): Promise<string> {
  const { options = {} } = (await VERBS[name]?.()) ?? {};
  const rows = Object.entries(options).map(([option, declared]) => {
    const value = declared.type === 'string' ? `${declared.value} ` : '';
    return `| \`--${option}\` | ${value}| ${describeOption(declared).replaceAll('|', '\\|')} |\n`;
  });
  return `| option of ${name} | | meaning |\n| --- | --- | --- |\n${rows.join('')}`;
}

/** The page with each of its tables of options as the verb declares them. */
export async function writeOptionTables(page: string): Promise<string> {
  const names = [...page.matchAll(TABLE)].map(([, name = '']) => name);
  const tables = new Map(await Promise.all(names.map(async name => [name, await writeTable(name)] as const)));
  return page.replace(TABLE, (_table, name: string) => tables.get(name) ?? '');
}

if (import.meta.main) writeFileSync(PAGE, await writeOptionTables(readFileSync(PAGE, 'utf8')));
