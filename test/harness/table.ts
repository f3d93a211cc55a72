/** A row of a table: as many cells as its lines have columns, up to four. */
type Row = [string, string, string, string];

/** Rows of a test as a table: one a line, its columns set apart by ` | `. A `${` of the text is written `\${`. */
export function table(strings: TemplateStringsArray, ...values: unknown[]): Row[] {
  const lines = String.raw(strings, ...values)
    .replaceAll('\\${', '${')
    .trim()
    .split('\n');
  return lines.map(line => line.split(' | ').map(cell => cell.trim()) as Row);
}
