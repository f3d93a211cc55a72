/** Text of a dump was written by somebody else: in a report it is text, and never markup, a link or a formula (T100). */

/** Characters that nobody can see, or that change the order of what one sees. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text for an HTML element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replace(HIDDEN, '\u{fffd}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Text in a code span, also of a table's cell: there nothing is a link, a mention or an image. */
export function escapeMarkdown(text: string): string {
  const shown = text.replace(HIDDEN, '\u{fffd}').replaceAll('`', "'").replaceAll('|', '\\|').trim();
  return shown === '' ? '' : `\`${shown}\``;
}

/** Takes the meaning from markup in a cell. Lines stay lines. */
export function escapeMarkdownCell(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, '\\$&').replaceAll('\n', '<br>');
}

/** RFC 4180. A cell that a spreadsheet would compute begins with an apostrophe. */
export function escapeCsv(cell: string): string {
  const plain = /^\s*[=+\-@|%]|^[\t\r\n]/.test(cell) ? `'${cell}` : cell;
  return `"${plain.replaceAll('"', '""')}"`;
}
