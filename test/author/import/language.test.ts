import { expect, test } from 'vitest';
import { nearPattern, textsOf } from '../../../lib/author/import/language.ts';

test.each<[expression: string, texts: string[]]>([
  ['main', ['main']],
  ['^main$', ['main']],
  ['v1\\.0', ['v1.0']],
  ['(main|next)', ['main', 'next']],
  ['refs/heads/(?:main|release/(1|2))', ['refs/heads/main', 'refs/heads/release/1', 'refs/heads/release/2']],
  ['(a|b)(c|d)', ['ac', 'ad', 'bc', 'bd']],
  ['a|b', ['a', 'b']],
  ['(|a)', ['', 'a']],
])('%s is listed as %j', (expression, texts) => {
  expect(textsOf(expression)).toEqual(texts);
  for (const text of texts) expect(text).toMatch(new RegExp(`^(?:${expression})$`));
});

test.each([
  ['a dot', 'v1.0'],
  ['a repetition', 'a*'],
  ['an option', 'ab?'],
  ['a count', 'a{2}'],
  ['a class', '[ab]'],
  ['a class by its letter', '\\d'],
  ['a flag', '(?i)main'],
  ['a group that does not end', '(a'],
  ['a group that does not begin', 'a)'],
  ['an anchor inside', 'a^b'],
  ['an end inside', 'a$b'],
  ['a backslash at the end', 'a\\'],
  ['more texts than can be listed', '(a|b|c|d|e)(a|b|c|d|e)(a|b|c|d|e)'],
])('an expression with %s is not listed', (_name, expression) => {
  expect(textsOf(expression)).toBeUndefined();
});

test.each([
  ['a dot and a star', 'acme/web/\\.github/.*', 'acme/web/.github/*'],
  ['none of them', 'main', 'main'],
  ['a dot alone beside them', 'v1.0.*', undefined],
  ['alternatives beside them', '(a|b).*', undefined],
])('for an expression with %s a reader may write a pattern, or not', (_name, expression, pattern) => {
  expect(nearPattern(expression)).toBe(pattern);
});
