import { describe, expect, test } from 'vitest';
import { compare, type Difference, missing } from './oracle/compare.ts';
import { driveTools } from './oracle/tools.ts';

const SEED = 20_260;
const TRIPLES = 20_000;

describe('a second evaluator, written from the rules alone', () => {
  const differences: Difference[] = [];
  const tally = compare(TRIPLES, SEED, difference => void differences.push(difference));

  test('agrees with decide on statement, scopes, seconds, reason and every condition', () => {
    expect(differences.slice(0, 1)).toEqual([]);
    expect(tally.triples).toBe(TRIPLES);
  });

  test('was asked until each reason had occurred and each operator was true, false and in doubt', () => {
    expect(missing(tally)).toEqual([]);
  });
});

test('no tool ends in an error on a random role, and none shows a request that is other than it says', () => {
  const { shown, wrong } = driveTools(100, SEED);
  expect(wrong).toEqual([]);
  expect(shown).toBeGreaterThan(300);
});
