import { expect, test } from 'vitest';
import { explainMisfit, findLookalike } from '../../../../lib/review/lint/values/misfit.ts';

test.each([
  ['“main”', 'U+201C'],
  ['аcme', 'Cyrillic'],
  ['αcme', 'Greek'],
  ['^main$', '"^"'],
  ['release\\.x', 'regular expression'],
  ['[a-z]', 'regular expression'],
  ['feature/*', 'matches takes patterns'],
  [' main', 'space'],
  ['Main', 'capital'],
])('%s is explained by %s', (text, words) => {
  expect(explainMisfit(text, false)).toContain(words);
});

test('of a pattern a wildcard is none', () => {
  expect(explainMisfit('feature/*', true)).toBeUndefined();
});

test.each([
  ['release-.*', true],
  ['main.*', true],
  ['v1.*', false],
  ['v*.*', false],
  ['日本語', false],
  ['größe', false],
  ['mаin', true],
  ['Main', false],
])('%s as a pattern looks like a slip: %s', (text, isSlip) => {
  expect(findLookalike(text, true) !== undefined).toBe(isSlip);
});
