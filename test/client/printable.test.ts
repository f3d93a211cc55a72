import { expect, test } from 'vitest';
import { printable } from '../../lib/client/printable.ts';

test.each([
  ['plain text', 'feature/login (#7)', 'feature/login (#7)'],
  ['a new line', 'a\n--- forged', 'a?--- forged'],
  ['an escape sequence', '\u001b[31mred', '?[31mred'],
  ['what turns the direction of text', 'a\u202eb', 'a?b'],
])('%s is one line of plain characters', (_name, text, shown) => {
  expect(printable(text)).toBe(shown);
});
