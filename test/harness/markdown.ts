import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const below = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.md'))
    .map(path => `${folder}/${path}`);

/** Every Markdown file that people read, by its path from the root. */
export const DOCUMENTS: readonly string[] = [
  ...readdirSync(ROOT).filter(path => path.endsWith('.md')),
  ...below('docs'),
  ...below('examples'),
].sort();

/** A fenced block: its language, the words after it, and the line that it begins on. */
export type Block = {
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
  readonly line: number;
};

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

export const blocks = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map(({ 1: info = '', 2: text = '', index }) => {
    const [language = '', ...words] = info.trim().split(/\s+/);
    return { language, words, text, line: lineAt(markdown, index) };
  });

const withoutBlocks = (markdown: string): string => markdown.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, '');

export type Table = {
  /** The heading that it stands under. */
  readonly heading: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

const cells = (line: string): string[] =>
  line
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map(cell => cell.trim().replaceAll('\\|', '|'));

export const tables = (markdown: string): Table[] => {
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
};

/** The text inside the first pair of backticks. */
export const code = (cell = ''): string => /`([^`]+)`/.exec(cell)?.[1] ?? '';

/** The text of every pair of backticks. */
export const codes = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(found => found[1] ?? '');

/** Every row of the tables of a document whose first column has this header. */
export const rowsOf = (path: string, first: string): (readonly string[])[] =>
  tables(read(path))
    .filter(({ header }) => header[0] === first)
    .flatMap(({ rows }) => rows);

/** The same, of the tables that stand under one heading. */
export const rowsUnder = (path: string, heading: string, first: string): (readonly string[])[] =>
  tables(read(path))
    .filter(table => table.heading === heading && table.header[0] === first)
    .flatMap(({ rows }) => rows);

/** As GitHub makes anchors of headings. */
export const anchors = (markdown: string): string[] =>
  [...withoutBlocks(markdown).matchAll(/^#+ (.*)$/gm)].map(({ 1: heading = '' }) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** The targets of links, but for those in fenced blocks. */
export const links = (markdown: string): string[] =>
  [...withoutBlocks(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(found => found[1] ?? '');
