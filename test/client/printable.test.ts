import { expect, test } from 'vitest';
import { makePrintable } from '../../lib/client/printable.ts';

test.each([
  ['plain text', 'feature/login (#7)', 'feature/login (#7)'],
  ['a new line', 'a\n--- forged', 'a?--- forged'],
  ['an escape sequence', '\u001b[31mred', '?[31mred'],
  ['a command of GitHub in the middle', 'feature/##[error]no', 'feature/#?[error]no'],
  ['a command behind one more of these', '###[group]', '#?#[group]'],
  ['a command of Azure', '##vso[task.setvariable]', '#?vso[task.setvariable]'],
  ['a command of GitHub at the beginning', '  ::add-mask::a', '  ?:add-mask::a'],
  ['what turns the direction of text', 'a\u202eb', 'a?b'],
])('%s is one line of plain characters', (_name, text, shown) => {
  expect(makePrintable(text)).toBe(shown);
});
