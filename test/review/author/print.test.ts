import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { printDocument } from '../../../lib/review/author/print.ts';

test.each<[name: string, before: string, after: string]>([
  ['a list in braces', 'a: [ b,[ c ],{ d: e } ]\n', 'a: [b, [c], { d: e }]\n'],
  ['an empty list and an empty mapping', 'a: [ ]\nb: { }\n', 'a: []\nb: {}\n'],
  ['comments of neighbours', 'a: 1 # x\nbc: 2 # y\n\nd: 3 # z\n', 'a: 1   # x\nbc: 2  # y\n\nd: 3  # z\n'],
  ['a comment behind text with a number sign', "a: 'b # c' # d\n", "a: 'b # c'  # d\n"],
  ['a text of several lines', 'a: |\n  # no comment\n  b\n', 'a: |\n  # no comment\n  b\n'],
])('%s', (_name, before, after) => {
  expect(printDocument(parseDocument(before))).toBe(after);
});
