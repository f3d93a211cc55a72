import { describe, expect, test } from 'vitest';
import { createMemoryLimiter, createNetworkLimiter } from '../../lib/stores/limits.ts';
import { NOW } from '../harness/policy.ts';

/** Six a minute: one in ten seconds. */
const limit = { perMinute: 6, burst: 3 };

/** What each of these seconds after NOW is told, asked in turn. */
function told(
  seconds: readonly number[],
  key = 'a',
  limiter = createMemoryLimiter('tests', limit),
): number[] {
  return seconds.map(each => limiter.take(key, NOW + each));
}

describe('T75: a limit', () => {
  test.each<[name: string, seconds: number[], is: number[]]>([
    ['admits a burst, and then tells how long to wait', [0, 0, 0, 0, 4], [0, 0, 0, 10, 6]],
    ['admits one more after each interval', [0, 0, 0, 10, 10, 20], [0, 0, 0, 0, 10, 0]],
    ['admits a whole burst again after it has rested', [0, 0, 0, 30, 30, 30, 30], [0, 0, 0, 0, 0, 0, 10]],
    ['saves up no more than a burst', [0, 9000, 9000, 9000, 9000], [0, 0, 0, 0, 10]],
    ['takes nothing from who is refused', [0, 0, 0, 0, 0, 0, 10], [0, 0, 0, 10, 10, 10, 0]],
    [
      'T81: keeps nobody out for longer when the clock is set back',
      [0, 0, 0, -3600, -3590],
      [0, 0, 0, 10, 0],
    ],
  ])('%s', (_name, seconds, is) => {
    expect(told(seconds)).toEqual(is);
  });

  test('T72: a stranger who comes under a thousand names makes nobody forgotten', () => {
    const limiter = createMemoryLimiter('tests', { perMinute: 6, burst: 1 });
    told([0], 'a', limiter);
    for (let name = 0; name < 1000; name++) told([0], `other-${name}`, limiter);
    expect(told([0], 'a', limiter)).toEqual([10]);
  });

  test('refuses also who has less than a second to wait', () => {
    const limiter = createMemoryLimiter('tests', { perMinute: 120, burst: 1 });
    limiter.admit('a', NOW);
    expect(() => limiter.admit('a', NOW)).toThrow(expect.objectContaining({ retryAfter: 1 }));
  });

  test('is looked at without taking from it', () => {
    const limiter = createMemoryLimiter('tests', { perMinute: 6, burst: 1 });
    for (let n = 0; n < 5; n++) limiter.check('a', NOW);
    told([0], 'a', limiter);
    expect(() => limiter.check('a', NOW + 4)).toThrow(
      expect.objectContaining({ code: 'rate_limited', retryAfter: 6 }),
    );
    limiter.check('a', NOW + 10);
  });

  test.each([
    { name: 'one address', one: '203.0.113.7', other: '203.0.113.7', same: true },
    { name: 'its neighbor', one: '203.0.113.7', other: '203.0.113.8', same: false },
    { name: 'an address as IPv6 writes it', one: '203.0.113.7', other: '::ffff:203.0.113.7', same: true },
    { name: 'two addresses of one link', one: '2001:db8:0:1::1', other: '2001:db8:0:1:ffff::2', same: true },
    { name: 'two links', one: '2001:db8:0:1::1', other: '2001:db8:0:2::1', same: false },
    { name: 'nowhere', one: undefined, other: undefined, same: true },
  ])('of networks counts together, or not: $name', ({ one, other, same }) => {
    const { admit } = createNetworkLimiter('tests', { perMinute: 6, burst: 1 });
    admit(one, NOW);
    if (same) expect(() => admit(other, NOW)).toThrow();
    else admit(other, NOW);
  });

  // As the code says it, and not by a constant of it: a store that holds ten would forget whom it has just refused.
  test('T-7: remembers ten thousand keys', () => {
    const limiter = createMemoryLimiter('tests', { perMinute: 6, burst: 1 });
    for (let n = 0; n < 10_000; n++) limiter.take(`key-${n}`, NOW);
    expect(limiter.take('key-0', NOW)).toBeGreaterThan(0);
  });

  test('of one key takes nothing from another', () => {
    const limiter = createMemoryLimiter('tests', limit);
    expect([told([0, 0, 0, 0], 'a', limiter), told([0, 0, 0, 0], 'b', limiter)]).toEqual([
      [0, 0, 0, 10],
      [0, 0, 0, 10],
    ]);
  });

  test('T72: remembers so many keys, and forgets the one longest unused', () => {
    const limiter = createMemoryLimiter('tests', { perMinute: 6, burst: 1 }, 2);
    told([0, 0], 'a', limiter);
    told([0], 'b', limiter);
    told([0], 'a', limiter);
    told([0], 'c', limiter);
    expect([told([0], 'a', limiter), told([0], 'c', limiter), told([0], 'b', limiter)]).toEqual([
      [10],
      [10],
      [0],
    ]);
  });

  test('is told in whole seconds, with what it was, and nothing was done yet', () => {
    const { admit } = createMemoryLimiter('tests', { perMinute: 8, burst: 1 });
    admit('a', NOW);
    expect(() => admit('a', NOW + 0.1)).toThrow(
      expect.objectContaining({ code: 'rate_limited', retryAfter: 8, detail: 'tests', undone: true }),
    );
  });
});
