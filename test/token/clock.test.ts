import { describe, expect, test } from 'vitest';
import type { ClockReading } from '../../lib/http/date.ts';
import { CLOCK_APART, judgeClock } from '../../lib/token/clock.ts';
import { NOW } from '../harness/policy.ts';

/** Said of the time when ours was NOW, by who is so many seconds behind us. */
function behind(seconds: number, took = 0.2): ClockReading {
  return { theirs: Math.floor(NOW - seconds), sent: NOW, received: NOW + took };
}
function judged(aws: readonly ClockReading[], issuers: { readonly [issuer: string]: ClockReading } = {}) {
  return judgeClock({ aws, issuers: new Map(Object.entries(issuers)) });
}

describe('our clock is off', () => {
  test.each([
    { name: 'six minutes ahead', seconds: 360, says: 359 },
    { name: 'six minutes behind', seconds: -360, says: -360 },
    { name: 'a second more than is allowed', seconds: CLOCK_APART + 2, says: CLOCK_APART + 1 },
  ])('by the word of AWS: $name', ({ seconds, says }) => {
    expect(judged([behind(seconds)])).toEqual([{ clock: 'off', seconds: says, by: 'aws' }]);
  });

  test('by AWS, whatever issuers say', () => {
    const issuers = { a: behind(0), b: behind(0), c: behind(0) };
    expect(judged([behind(360)], issuers)).toMatchObject([{ clock: 'off', by: 'aws' }]);
  });

  test('by most of three issuers, where AWS said nothing', () => {
    const issuers = { a: behind(360), b: behind(361), c: behind(-9999) };
    expect(judged([], issuers)).toEqual([{ clock: 'off', seconds: 359, by: 'issuers' }]);
  });
});

describe('our clock is not off', () => {
  test.each([0, 1, -1, CLOCK_APART, -CLOCK_APART])('where AWS is %i seconds behind', seconds => {
    expect(judged([behind(seconds)])).toEqual([]);
  });

  test('where one of AWS’s answers is odd', () => {
    expect(judged([behind(0), behind(9999), behind(0)])).toEqual([]);
  });

  test('where the process was frozen while it waited: what was said may be of any time between', () => {
    expect(judged([{ theirs: NOW + 100, sent: NOW, received: NOW + 1200 }])).toEqual([]);
  });

  test('by the word of an issuer, however often it says so; it is named', () => {
    expect(judged([behind(0)], { evil: behind(99_999), good: behind(0) })).toEqual([
      { clock: 'differs', seconds: 99_998, issuer: 'evil' },
    ]);
  });

  test.each([
    { name: 'one issuer', issuers: { a: behind(360) } },
    { name: 'two', issuers: { a: behind(360), b: behind(360) } },
    { name: 'one of three', issuers: { a: behind(360), b: behind(0), c: behind(0) } },
  ])('by the word of $name alone', ({ issuers }) => {
    expect(judged([], issuers).filter(({ clock }) => clock === 'off')).toEqual([]);
  });

  test('where nobody said anything', () => {
    expect(judged([])).toEqual([]);
  });
});
