import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchGlob } from '../../../lib/policy/glob.ts';
import { createPattern } from '../../../lib/review/space/automaton.ts';
import {
  createBudget,
  findShortText,
  isOneOfTexts,
  judgeAnyText,
  type Texts,
} from '../../../lib/review/space/language.ts';

function like(...patterns: string[]) {
  return patterns.map(text => createPattern(text, false));
}
function exactly(...texts: string[]) {
  return texts.map(text => createPattern(text, true));
}

describe('there is a text', () => {
  test.each<[name: string, texts: Texts]>([
    ['of no condition at all', { every: [], none: [] }],
    ['that two patterns match', { every: [like('release/*'), like('*-rc')], none: [] }],
    ['of a pattern but for one that is narrower', { every: [like('v*')], none: like('v1*', 'v2*') }],
    ['that is one of two', { every: [exactly('main', 'next')], none: exactly('main') }],
    ['that has a star in it', { every: [exactly('a*b')], none: [] }],
    ['of one code point beyond the first plane', { every: [like('?')], none: like('😀') }],
    [
      'that sixteen patterns which cross rule out only in part',
      { every: [], none: like(...Array.from({ length: 16 }, (_, at) => `*-svc${at}-*`)) },
    ],
    [
      'with six words in whichever order',
      { every: Array.from({ length: 6 }, (_, at) => like(`*-svc${at}-*`)), none: [] },
    ],
  ])('%s', (_name, texts) => {
    const effort = createBudget();
    expect(judgeAnyText(texts, effort)).toBe(true);
    expect(isOneOfTexts(texts, findShortText(texts, effort) ?? '')).toBe(true);
  });
});

describe('there is no text', () => {
  test.each<[name: string, texts: Texts]>([
    ['of a pattern without itself', { every: [like('v*')], none: like('v*') }],
    ['of a pattern without a wider one', { every: [like('*-svc1-*')], none: like('*svc1*') }],
    ['that begins in two ways', { every: [like('a*'), like('b*')], none: [] }],
    ['of two lengths', { every: [like('??'), like('???')], none: [] }],
    ['that is among none', { every: [exactly()], none: [] }],
    [
      'that a pattern matches, of those that are listed',
      { every: [exactly('main'), like('release*')], none: [] },
    ],
    ['that parts of a pattern leave', { every: [like('a*')], none: [...exactly('a'), ...like('a?*')] }],
    ['that an empty run would not be', { every: [like('a?')], none: like('a*') }],
  ])('%s', (_name, texts) => {
    expect(judgeAnyText(texts, createBudget())).toBe(false);
    expect(findShortText(texts, createBudget())).toBeUndefined();
  });
});

test('a search that grows too large is undecided, and no text is told that is none', () => {
  const crossing = (letters: string): Texts => ({
    every: [like(`*${[...letters].join('?????*')}*`)],
    none: like(...[...letters].map(each => `*${each}?????????*`), '??????????????????????????*'),
  });
  const effort = { ...createBudget(), left: 1000 };
  expect(judgeAnyText(crossing('abcdefg'), effort)).toBe('undecided');
  expect(findShortText(crossing('abcdefg'), effort)).toBeUndefined();
});

describe('for all patterns', () => {
  const pattern = fc
    .array(fc.constantFrom('a', 'b', '*', '?'), { minLength: 1, maxLength: 5 })
    .map(symbols => symbols.join('').replace(/\*+/g, '*'));
  const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });

  test('a text that fits is never denied to be there', () => {
    fc.assert(
      fc.property(patterns, patterns, text, (wanted, unwanted, value) => {
        const fits =
          wanted.every(each => matchGlob(each, value)) && !unwanted.some(each => matchGlob(each, value));
        fc.pre(fits);
        const texts = { every: wanted.map(each => like(each)), none: like(...unwanted) };
        expect(judgeAnyText(texts, createBudget())).toBe(true);
      }),
    );
  });

  test('a text that is told fits', () => {
    fc.assert(
      fc.property(patterns, patterns, (wanted, unwanted) => {
        const told = findShortText({ every: [like(...wanted)], none: like(...unwanted) }, createBudget());
        fc.pre(told !== undefined);
        expect(wanted.some(each => matchGlob(each, told ?? ''))).toBe(true);
        expect(unwanted.some(each => matchGlob(each, told ?? ''))).toBe(false);
      }),
    );
  });
});
