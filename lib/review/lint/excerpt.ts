import type { Place } from '../../language/tree.ts';

/** In characters, on either side of the place: a file may be one long line of JSON. */
const AROUND = 80;

// A reader of the terminal must see the text, and never run it.
function escapeExcerpt(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replace(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
      each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

/**
 * The line of a place with a caret below the column, each line with its end; nothing where the text has no such line.
 */
export function formatExcerpt(text: string, at: Place): string {
  const { line, column } = at;
  const source = text.split('\n')[line - 1]?.replace(/\r$/, '');
  if (source === undefined) return '';
  const from = Math.max(0, column - 1 - AROUND);
  const before = (from > 0 ? '…' : '') + escapeExcerpt(source.slice(from, column - 1));
  const after = escapeExcerpt(source.slice(column - 1, column - 1 + AROUND));
  const end = source.length > column - 1 + AROUND ? '…' : '';
  const margin = ' '.repeat(String(line).length);
  return `  ${line} | ${before}${after}${end}\n  ${margin} | ${' '.repeat(before.length)}^\n`;
}
