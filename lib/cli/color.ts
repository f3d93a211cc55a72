import type { Terminal } from './verb.ts';

const GREEN = 32;
const RED = 31;
const YELLOW = 33;

/** The words that say how something ended, at the beginning of a line, and the color of each. */
const WORDS: readonly (readonly [pattern: RegExp, color: number])[] = [
  [/^( *)(ALLOWED|yes|ok)\b/gm, GREEN],
  [/^( *)(DENIED|FAILED|no)\b/gm, RED],
  [/^( *)(in doubt|not noticed|not covered)\b/gm, YELLOW],
];

/** Colors for a person at a terminal, unless NO_COLOR is set (https://no-color.org); the text itself is the same. */
export function colorText(text: string, terminal: Terminal): string {
  if (!terminal.colors || terminal.environment['NO_COLOR']) return text;
  return WORDS.reduce((all, [words, color]) => all.replace(words, `$1\u001b[${color}m$2\u001b[39m`), text);
}
