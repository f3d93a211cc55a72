import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  countSearched,
  findPatternFault,
  MAX_PATTERN,
  MAX_SEARCHED,
  MAX_VALUE,
  matchGlob,
  readLiteralPrefix,
} from '../../lib/policy/glob.ts';

describe('a pattern matches the whole value', () => {
  test.each([
    ['itself', 'main', 'main'],
    ['any run with *', 'release/*', 'release/1.2'],
    ['an empty run with *', 'release/*', 'release/'],
    ['slashes with *', 'acme/*', 'acme/web/deep'],
    ['everything with * alone', '*', ''],
    ['one code point with ?', 'v?', 'v1'],
    ['a surrogate pair with one ?', 'v?', 'v😀'],
    ['the last code point that is no pair with one ?', '?a', '\uffffa'],
    ['surrogate pairs with *', '*😀', '😁😁😀'],
    ['after going back over a half match', '*ab', 'aab'],
    ['with several stars', 'a*b*c', 'a-b-b-c'],
    ['with a star then a ?', '*?', 'x'],
    ['a regular expression as plain text', 'a.c|(b)+', 'a.c|(b)+'],
    ['text of another script', 'ветка-*', 'ветка-1'],
  ])('%s', (_name, pattern, value) => {
    expect(matchGlob(pattern, value)).toBe(true);
  });
});

describe('a pattern does not match', () => {
  test.each([
    ['a prefix', 'main', 'main2'],
    ['a suffix', 'main', 'xmain'],
    ['another case', 'Main', 'main'],
    ['another normal form', 'caf\u00e9', 'cafe\u0301'],
    ['nothing where ? wants one', 'v?', 'v'],
    ['two where ? wants one', 'v?', 'v12'],
    ['half of a surrogate pair', '??', '😀'],
    ['a pair that shares its first half', '😀', '😁'],
    ['a dot as any character', 'a.c', 'abc'],
    ['T33: one branch of an alternative', 'main|evil', 'evil'],
    ['T32: a longer owner', 'acme/*', 'acme-evil/web'],
    ['a missing tail', 'a*b*c', 'a-b-b'],
    ['a line break that an anchor would allow', 'main', 'main\n'],
  ])('%s', (_name, pattern, value) => {
    expect(matchGlob(pattern, value)).toBe(false);
  });
});

test('T74: all patterns of a policy together read a longest value no more often than a millisecond has time for', () => {
  // A step is some nanoseconds; test/bench/doors.ts measures them.
  expect(MAX_SEARCHED * MAX_VALUE).toBeLessThan(350_000);
});

test('T74: a pattern made for backtracking ends within pattern × value steps', () => {
  const value = `${'a'.repeat(200_000)}b`;
  const started = performance.now();
  expect(matchGlob('*a*a*a*a*a*a*a*c', value)).toBe(false);
  expect(performance.now() - started).toBeLessThan(2_000);
});

describe('a pattern is part of the language', () => {
  test.each([
    ['plain text', 'main'],
    ['eight wildcards', '*a*a*a*a?b?b?b?b'],
    ['the greatest length', 'x'.repeat(MAX_PATTERN)],
    ['closing brackets, which mean nothing', 'a]}'],
  ])('%s', (_name, pattern) => {
    expect(findPatternFault(pattern)).toBeUndefined();
  });
});

describe('T74: a pattern is refused', () => {
  test.each([
    ['the empty pattern', ''],
    ['two stars', 'acme/**'],
    ['a character class', '[ab]'],
    ['alternatives in braces', '{a,b}'],
    ['a backslash', 'a\\*'],
    ['nine wildcards', '*a*a*a*a?b?b?b?b?'],
    ['more than the greatest length', 'x'.repeat(MAX_PATTERN + 1)],
  ])('%s', (_name, pattern) => {
    expect(findPatternFault(pattern)).toBeDefined();
  });
});

test.each([
  ['acme/*', 'acme/'],
  ['ac?e/*', 'ac'],
  ['*', ''],
  ['acme', 'acme'],
])('the literal prefix of %s is "%s"', (pattern, prefix) => {
  expect(readLiteralPrefix(pattern)).toBe(prefix);
});

test.each([
  ['main', 0],
  ['release/*', 0],
  ['*-production', 0],
  ['release/*-rc', 0],
  ['*deploy*', 6],
  ['*deploys*', 3],
  ['*production*staging*', 6],
  ['a*bc*d*ef', 3],
  ['*v?*', 20],
])('what %s searches for counts %i', (pattern, searched) => {
  expect(countSearched(pattern)).toBe(searched);
});

/** The document's words, as slowly as one can say them. */
function matchesSlowly(pattern: readonly string[], value: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return value.length === 0;
  if (first === '*')
    return Array.from({ length: value.length + 1 }, (_, n) => n).some(n =>
      matchesSlowly(rest, value.slice(n)),
    );
  return value.length > 0 && (first === '?' || first === value[0]) && matchesSlowly(rest, value.slice(1));
}

test('T32: whatever the pattern and the value, matching is what the document says', () => {
  const letter = fc.constantFrom('a', 'b', '/', '😀', '😁');
  const pattern = fc.array(fc.oneof(letter, fc.constantFrom('*', '?')), { maxLength: 8 });
  fc.assert(
    fc.property(pattern, fc.array(letter, { maxLength: 10 }), (wanted, value) => {
      expect(matchGlob(wanted.join(''), value.join(''))).toBe(matchesSlowly(wanted, value));
    }),
    { numRuns: 2_000 },
  );
});
