import { writeReportHtml } from '../../estate/report/html.ts';
import type { Report } from '../../estate/report/model.ts';
import {
  writeReportCsv,
  writeReportJson,
  writeReportMarkdown,
  writeReportText,
} from '../../estate/report/text.ts';
import { writeOutput } from '../output.ts';
import { type Flags, readFlagTexts, type Terminal, UsageError } from '../verb.ts';

const WRITERS: { readonly [ending: string]: (report: Report) => string } = {
  md: writeReportMarkdown,
  json: writeReportJson,
  html: writeReportHtml,
  csv: writeReportCsv,
  txt: writeReportText,
};

function readEnding(path: string): string {
  const ending = /\.([a-z]+)$/.exec(path)?.[1] ?? '';
  if (Object.hasOwn(WRITERS, ending)) return ending;
  throw new UsageError(
    `--report takes a file that ends in .${Object.keys(WRITERS).join(', .')}, not "${path}".`,
  );
}

/** Writes the report into each file of `--report`, by its ending; without any, prints it as text. */
export async function writeReports(report: Report, flags: Flags, terminal: Terminal): Promise<void> {
  const paths = readFlagTexts(flags, 'report').map(path => ({ path, ending: readEnding(path) }));
  if (paths.length === 0) terminal.out(writeReportText(report));
  for (const { path, ending } of paths) await writeOutput(path, WRITERS[ending]?.(report) ?? '');
}

/** Refuses a name of a report before anything is done. */
export function checkReports(flags: Flags): void {
  for (const path of readFlagTexts(flags, 'report')) readEnding(path);
}
