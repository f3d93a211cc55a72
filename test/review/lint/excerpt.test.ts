import { expect, test } from 'vitest';
import { formatExcerpt } from '../../../lib/review/lint/excerpt.ts';

function at(line: number, column: number) {
  return { file: 'a.yml', line, column };
}
const LONG = `{"a":"${'x'.repeat(200)}","b":"${'y'.repeat(200)}"}`;

test.each([
  ['the first line', 'ab: c\nd: e\n', at(1, 5), '  1 | ab: c\n    |     ^\n'],
  ['a later line', 'ab: c\nd: e\n', at(2, 1), '  2 | d: e\n    | ^\n'],
  ['a line of two digits', `${'a: 1\n'.repeat(9)}b: 2`, at(10, 4), '  10 | b: 2\n     |    ^\n'],
  ['a line that ends with CR LF', 'ab: c\r\n', at(1, 5), '  1 | ab: c\n    |     ^\n'],
  ['a tab', 'a:\tb', at(1, 4), '  1 | a: b\n    |    ^\n'],
  ['the end of the line', 'a: [', at(1, 5), '  1 | a: [\n    |     ^\n'],
  ['an empty file', '', at(1, 1), '  1 | \n    | ^\n'],
])('shows %s with a caret below the column', (_name, text, place, shown) => {
  expect(formatExcerpt(text, place)).toBe(shown);
});

test('shows nothing of a line that is not there', () => {
  expect(formatExcerpt('a: b', at(7, 1))).toBe('');
});

test('cuts a long line on both sides of the place', () => {
  const [shown = '', caret = ''] = formatExcerpt(LONG, at(1, 212)).split('\n');
  expect(shown.length).toBeLessThan(180);
  expect(shown).toMatch(/^ {2}1 \| ….*…$/);
  expect(shown[caret.indexOf('^')]).toBe(LONG[211]);
});

test.each([
  ['a sequence of a terminal', 'a\x1b[2Jb: c', at(1, 6), 'a\\u001b[2Jb: c'],
  ['text that reads backwards', 'a\u202eb: c', at(1, 3), 'a\\u202eb: c'],
  ['what has no width', 'a\u200bb: c', at(1, 3), 'a\\u200bb: c'],
])('T36: never runs or hides %s, and the caret still fits', (_name, text, place, seen) => {
  const [shown = '', caret = ''] = formatExcerpt(text, place).split('\n');
  expect(shown).toBe(`  1 | ${seen}`);
  expect(shown[caret.indexOf('^')]).toBe(text[place.column - 1]);
});
