import { describe, expect, test } from 'vitest';
import { memorySpent } from '../../lib/stores/spent.ts';
import { codeOf } from '../harness/code.ts';
import { NOW } from '../harness/policy.ts';

describe('T63: a token is spent once', () => {
  test('the first use is true, any other false, until it expires', async () => {
    const { spend } = memorySpent();
    expect(await spend('a', NOW + 10, NOW)).toBe(true);
    expect(await spend('a', NOW + 10, NOW)).toBe(false);
    expect(await spend('a', NOW + 10, NOW + 9.9)).toBe(false);
    expect(await spend('a', NOW + 20, NOW + 10)).toBe(true);
  });

  test('another key is another token', async () => {
    const { spend } = memorySpent();
    expect([await spend('a', NOW + 10, NOW), await spend('b', NOW + 10, NOW)]).toEqual([true, true]);
  });

  test('of many uses at the same time, one is the first', async () => {
    const { spend } = memorySpent();
    const uses = await Promise.all(Array.from({ length: 20 }, () => spend('a', NOW + 10, NOW)));
    expect(uses.filter(Boolean)).toHaveLength(1);
  });

  test('D11: when it is full of live keys it fails closed, and keys that expired make room', async () => {
    const { spend } = memorySpent(2);
    await spend('a', NOW + 10, NOW);
    await spend('b', NOW + 20, NOW);
    expect(await codeOf(() => spend('c', NOW + 20, NOW))).toBe('store_unavailable');
    expect(await spend('c', NOW + 20, NOW + 10)).toBe(true);
    expect(await spend('b', NOW + 20, NOW + 10)).toBe(false);
  });
});
