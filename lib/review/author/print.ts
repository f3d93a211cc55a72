import { CST, type Document, Lexer, Parser } from 'yaml';

function isSpace(token: CST.SourceToken | undefined): boolean {
  return token?.type === 'space';
}

/** `[ a, b ]` as `[a, b]`: the printer pads lists and mappings alike, and `{ a: b }` is how people write both. */
function stripPadding(token: CST.Token): void {
  if (token.type !== 'flow-collection' || token.start.type !== 'flow-seq-start') return;
  const [first] = token.items;
  if (first && isSpace(first.start[0])) first.start.shift();
  const last = token.items.at(-1)?.value;
  const after = (last && 'end' in last && last.end) || [];
  if (isSpace(after.at(-1)) && !after.some(each => each.type === 'newline')) after.pop();
}

function visitTokens(token: CST.Token | null | undefined, change: (token: CST.Token) => void): void {
  if (!token) return;
  change(token);
  if (token.type === 'document') visitTokens(token.value, change);
  if (!('items' in token)) return;
  for (const item of token.items) {
    visitTokens(item.key, change);
    visitTokens(item.value, change);
  }
}

/** Marks that the lexer puts between the pieces of a text, and that are no part of it. */
const MARKS = ['\u0002', '\u0018', '\u001f'];

/** By line, the column of a comment that stands behind something. */
function findCommentColumns(text: string): Map<number, number> {
  const lines = text.split('\n');
  const columns = new Map<number, number>();
  let [line, column] = [0, 0];
  for (const piece of new Lexer().lex(text)) {
    if (MARKS.includes(piece)) continue;
    const behind = lines[line]?.slice(0, column).trim();
    if (piece.startsWith('#') && behind) columns.set(line, column);
    const breaks = piece.split('\n');
    if (breaks.length > 1) column = 0;
    line += breaks.length - 1;
    column += breaks.at(-1)?.length ?? 0;
  }
  return columns;
}

/** Comments behind the values of lines that follow each other stand below each other. */
function alignComments(text: string): string {
  if (!/\S +#/.test(text)) return text;
  const columns = findCommentColumns(text);
  const runs = new Map<number, number>();
  const widest = (line: number): number => {
    const column = columns.get(line);
    return column === undefined ? 0 : Math.max(column, widest(line + 1));
  };
  for (const line of columns.keys()) runs.set(line, runs.get(line - 1) ?? widest(line));
  const shifted = (written: string, line: number): string => {
    const column = columns.get(line);
    if (column === undefined) return written;
    return `${written.slice(0, column).padEnd((runs.get(line) ?? column) + 1)}${written.slice(column)}`;
  };
  return text.split('\n').map(shifted).join('\n');
}

/** The text of a document as `fmt` writes it: one way for each thing, comments kept. */
export function printDocument(document: Document): string {
  // Of the printer's own, a width would break an ARN in quotes, with a backslash.
  const text = document.toString({ lineWidth: 0 });
  const tokens = [...new Parser().parse(text)];
  for (const token of tokens) visitTokens(token, stripPadding);
  return alignComments(tokens.map(CST.stringify).join(''));
}
