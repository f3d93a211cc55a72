import { expect, test } from 'vitest';
import { FAMILIES } from '../../../../lib/jobs/scenarios.ts';
import { CLAIM_KNOWLEDGE } from '../../../../lib/review/lint/known.ts';
import {
  canBeSent,
  canHold,
  createGrammar,
  createWordGrammar,
  isOfOneLength,
} from '../../../../lib/review/lint/values/grammar.ts';

const NAME = createGrammar('a name', ['[a-z-]+'], { never: /--/ });

test('what never stands in a value may not stand in a pattern either', () => {
  expect([canBeSent(NAME, 'a-b', false), canBeSent(NAME, 'a--b', false)]).toEqual([true, false]);
  expect([canBeSent(NAME, 'a-*', true), canBeSent(NAME, 'a--*', true)]).toEqual([true, false]);
});

test('what a value can hold', () => {
  expect([canHold([NAME], '-'), canHold([NAME], '/'), canHold([NAME], ''), canHold([], '/')]).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

test('words have their lengths, and their dots are dots', () => {
  const list = createWordGrammar(['a.b', 'c']);
  expect([canBeSent(list, 'a.b', false), canBeSent(list, 'axb', false)]).toEqual([true, false]);
  expect([isOfOneLength(list), isOfOneLength(NAME)]).toEqual([true, false]);
});

test.each(Object.entries(FAMILIES))(
  'what the jobs of %s really send can be sent',
  (_word, { preset, usual, scenarios }) => {
    const { sent } = CLAIM_KNOWLEDGE[preset as keyof typeof CLAIM_KNOWLEDGE];
    const refused = [usual, ...Object.values(scenarios)].flatMap(claims =>
      Object.entries(claims).filter(
        ([name, value]) =>
          typeof value === 'string' && sent[name]?.some(each => !canBeSent(each, value, false)),
      ),
    );
    expect(refused).toEqual([]);
  },
);
