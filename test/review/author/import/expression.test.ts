import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchGlob } from '../../../../lib/policy/glob.ts';
import {
  type ListedExpression,
  NotCarried,
  readExpression,
} from '../../../../lib/review/author/import/expression.ts';

function textsOf(expression: string): readonly string[] {
  const { texts, patterns } = readExpression(expression);
  expect(patterns).toEqual([]);
  return texts;
}

test.each<[expression: string, texts: string[]]>([
  ['main', ['main']],
  ['^main$', ['main']],
  ['v1\\.0', ['v1.0']],
  ['a\\/b', ['a/b']],
  ['(main|next)', ['main', 'next']],
  ['refs/heads/(?:main|release/(1|2))', ['refs/heads/main', 'refs/heads/release/1', 'refs/heads/release/2']],
  ['(a|b)(c|d)', ['ac', 'ad', 'bc', 'bd']],
  ['a|b', ['a', 'b']],
  ['^a$|^b$', ['a', 'b']],
  ['(|a)', ['', 'a']],
  ['ab?', ['a', 'ab']],
  ['acme(@123)?', ['acme', 'acme@123']],
  ['v[3456]\\.x', ['v3.x', 'v4.x', 'v5.x', 'v6.x']],
  ['v[0-2]', ['v0', 'v1', 'v2']],
  ['v\\d', ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'].map(each => `v${each}`)],
  ['[a-]', ['a', '-']],
  ['a{2}', ['aa']],
  ['a{1,2}', ['a', 'aa']],
  ['(?P<name>a)', ['a']],
])('%s is listed as %j', (expression, texts) => {
  expect(textsOf(expression)).toEqual(texts);
  const own = expression.replace('?P<', '?<');
  for (const text of texts) expect(text).toMatch(new RegExp(`^(?:${own})$`));
});

test.each<[expression: string, language: Partial<ListedExpression>]>([
  ['refs/heads/.*', { texts: [], patterns: ['refs/heads/*'] }],
  ['refs/heads/.+', { texts: [], patterns: ['refs/heads/?*'] }],
  ['.*?', { texts: [], patterns: ['*'] }],
  ['(main|release-.*)', { texts: ['main'], patterns: ['release-*'] }],
  ['v.?', { texts: ['v'], patterns: ['v?'] }],
  ['v.{2}', { texts: [], patterns: ['v??'] }],
  ['v.{2,}', { texts: [], patterns: ['v??*'] }],
  ['.*.*', { texts: [], patterns: ['*'] }],
  ['.+.*', { texts: [], patterns: ['?*'] }],
])('%s is a pattern: %j', (expression, language) => {
  expect(readExpression(expression)).toEqual({ narrower: [], ...language });
});

test.each([
  ['a dot', 'release.yaml', 'release.yaml'],
  ['alternatives without brackets', 'a|b', 'a'],
])('what is read more narrowly is said: %s', (_name, expression, text) => {
  const { texts, narrower } = readExpression(expression);
  expect([texts[0], narrower.length]).toEqual([text, 1]);
});

describe('not carried, with the part that is the reason:', () => {
  test.each([
    ['a repetition', 'v[0-9]+\\.x', '[0-9]+'],
    ['a repeated group', '(ab)*', '(ab)*'],
    ['anything but a character', '[^/]+', '[^/'],
    ['a flag', '(?i)main', '(?i'],
    ['white space by its letter', 'a\\s', '\\s'],
    ['a group that does not end', '(a', 'end'],
    ['a group that does not begin', 'a)', 'begin'],
    ['an anchor inside', 'a^b', '^'],
    ['an end inside', 'a$b', '$'],
    ['a backslash at the end', 'a\\', '\\'],
    ['a brace', 'a{', '{'],
    ['a wildcard that is meant', '\\*.*', '*'],
    ['more texts than can be listed', '(a|b|c|d|e)(a|b|c|d|e)(a|b|c|d|e)', '100'],
    ['a set that does not end', '[ab', 'brackets'],
    ['a named set', '[[:alpha:]]', 'brackets'],
    ['a character that nobody sees', 'a\nb', 'see'],
  ])('%s', (_name, expression, part) => {
    expect(() => readExpression(expression)).toThrow(NotCarried);
    expect(() => readExpression(expression)).toThrow(part);
  });
});

/** Expressions as people write them, and worse. */
const EXPRESSION = fc
  .array(
    fc.constantFrom(
      ...[
        'a',
        'b',
        '.',
        '.*',
        '.+',
        '.?',
        'a?',
        '(a|b)',
        '(a|.*)',
        '[ab]',
        '[a-c]?',
        '\\.',
        '\\d',
        '|',
        '^',
        '$',
      ],
      ...['(b.)?', 'a{2}', '(?:ab|)', '[^a]', 'a*', '(', ')', '/', '@1', '(@1)?', '-', '??', '*'],
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map(parts => parts.join(''));

const TEXT = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.', '/', '1', '@', '-', '😀'), maxLength: 7 });

function languageOf(expression: string): ListedExpression | undefined {
  try {
    return readExpression(expression);
  } catch {
    return undefined;
  }
}

function takes({ texts, patterns }: ListedExpression, text: string): boolean {
  return texts.includes(text) || patterns.some(pattern => matchGlob(pattern, text));
}

/** Go's rules for these expressions are JavaScript's, but for the line breaks that `.` stops at. */
function isMatch(expression: string, text: string): boolean {
  return new RegExp(`^${expression}$`, 'u').test(text);
}

test('what is taken here matches there, and the other way round where nothing was read more narrowly', () => {
  const seen = { taken: 0, exact: 0, left: 0 };
  fc.assert(
    fc.property(EXPRESSION, fc.array(TEXT, { minLength: 6, maxLength: 6 }), (expression, texts) => {
      const language = languageOf(expression);
      if (!language) {
        seen.left++;
        return;
      }
      for (const text of [...texts, ...language.texts.slice(0, 6)]) {
        const [ours, theirs] = [takes(language, text), isMatch(expression, text)];
        if (ours) expect([expression, text, theirs]).toEqual([expression, text, true]);
        if (language.narrower.length === 0 && theirs)
          expect([expression, text, ours]).toEqual([expression, text, true]);
        seen[ours ? 'taken' : 'exact']++;
      }
    }),
    { numRuns: 3_000 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(500);
});
