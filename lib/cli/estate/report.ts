import { writeHtml } from '../../estate/report/html.ts';
import type { Report } from '../../estate/report/model.ts';
import { writeCsv, writeJson, writeMarkdown, writeText } from '../../estate/report/text.ts';
import { writeOutput } from '../output.ts';
import { type Flags, type Terminal, texts, UsageError } from '../verb.ts';

const WRITERS: { readonly [ending: string]: (report: Report) => string } = {
  md: writeMarkdown,
  json: writeJson,
  html: writeHtml,
  csv: writeCsv,
  txt: writeText,
};

function endingOf(path: string): string {
  const ending = /\.([a-z]+)$/.exec(path)?.[1] ?? '';
  if (Object.hasOwn(WRITERS, ending)) return ending;
  throw new UsageError(
    `--report takes a file that ends in .${Object.keys(WRITERS).join(', .')}, not "${path}".`,
  );
}

/** Writes the report into each file of `--report`, by its ending; without any, prints it as text. */
export async function writeReports(report: Report, flags: Flags, terminal: Terminal): Promise<void> {
  const paths = texts(flags, 'report').map(path => ({ path, ending: endingOf(path) }));
  if (paths.length === 0) terminal.out(writeText(report));
  for (const { path, ending } of paths) await writeOutput(path, WRITERS[ending]?.(report) ?? '');
}

/** Refuses a name of a report before anything is done. */
export function checkReports(flags: Flags): void {
  for (const path of texts(flags, 'report')) endingOf(path);
}
