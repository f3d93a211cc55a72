import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function below(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.md'))
    .map(path => `${folder}/${path}`);
}

/** Every Markdown file that people read, by its path from the root. */
export const DOCUMENTS: readonly string[] = [
  ...readdirSync(ROOT).filter(path => path.endsWith('.md')),
  // The site's own pages are made of these, and lead to them.
  ...below('docs').filter(path => !path.startsWith('docs/site/')),
  ...below('examples'),
].sort();

/** The command-line reference: what all verbs share, and a page for each job that they are for. */
export const CLI_PAGES: readonly string[] = DOCUMENTS.filter(path =>
  /^docs\/reference\/cli(-\w+)?\.md$/.test(path),
);

/** A fenced block: its language, the words after it, and the line that it begins on. */
export type Block = {
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
  readonly line: number;
};

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

export function blocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map(
    ({ 1: info = '', 2: text = '', index }) => {
      const [language = '', ...words] = info.trim().split(/\s+/);
      return { language, words, text, line: lineAt(markdown, index) };
    },
  );
}

function withoutBlocks(markdown: string): string {
  return markdown.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, '');
}

export type Table = {
  /** The heading that it stands under. */
  readonly heading: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

function cells(line: string): string[] {
  return line
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map(cell => cell.trim().replaceAll('\\|', '|'));
}

export function tables(markdown: string): Table[] {
  const found: { heading: string; header: string[]; rows: string[][] }[] = [];
  let heading = '';
  let inside = false;
  for (const line of withoutBlocks(markdown).split('\n')) {
    heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
    const row = line.startsWith('|');
    if (row && !inside) found.push({ heading, header: cells(line), rows: [] });
    else if (row && !/^\|[\s|:-]+$/.test(line)) found.at(-1)?.rows.push(cells(line));
    inside = row;
  }
  return found;
}

/** The text inside the first pair of backticks. */
export function code(cell = ''): string {
  return /`([^`]+)`/.exec(cell)?.[1] ?? '';
}

/** The text of every pair of backticks. */
export function codes(cell = ''): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(found => found[1] ?? '');
}

/** Every row of the tables of a document whose first column has this header. */
export function rowsOf(path: string, first: string): (readonly string[])[] {
  return tables(read(path))
    .filter(({ header }) => header[0] === first)
    .flatMap(({ rows }) => rows);
}

/** The same, of the tables that stand under one heading. */
export function rowsUnder(path: string, heading: string, first: string): (readonly string[])[] {
  return tables(read(path))
    .filter(table => table.heading === heading && table.header[0] === first)
    .flatMap(({ rows }) => rows);
}

/** As GitHub makes anchors of headings. */
export function anchors(markdown: string): string[] {
  return [...withoutBlocks(markdown).matchAll(/^#+ (.*)$/gm)].map(({ 1: heading = '' }) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The targets of links, but for those in fenced blocks. */
export function links(markdown: string): string[] {
  return [...withoutBlocks(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(found => found[1] ?? '');
}
