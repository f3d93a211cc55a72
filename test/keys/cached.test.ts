import { beforeEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../lib/aws/call.ts';
import { type Cached, createCached } from '../../lib/keys/cached.ts';
import { NOW } from '../harness/policy.ts';

function failure(passing: boolean) {
  return new AwsError({ code: 'Failure', message: 'no' }, 500, passing);
}

let now: number;
let loads: number;
let fails: unknown;
let value: Cached<number>;
beforeEach(() => {
  now = NOW;
  loads = 0;
  fails = undefined;
  const load = async () => {
    loads++;
    if (fails) throw fails;
    return loads;
  };
  value = createCached(load, { now: () => now, seconds: 60, pause: 10 });
});

/** What is had so many seconds after the beginning, and how often it was loaded by then. */
async function askedAt(seconds: number) {
  now = NOW + seconds;
  const had = await value.get().catch((error: Error) => error.name);
  return { had, loads };
}

test('nothing is loaded before it is asked for', () => {
  expect(loads).toBe(0);
});

test('several who ask at the same time get one load', async () => {
  expect(await Promise.all([value.get(), value.get()])).toEqual([1, 1]);
});

test.each([
  { name: 'is had again until it is too old', seconds: 59.9, loads: 1 },
  { name: 'is loaded again when it is too old', seconds: 60, loads: 2 },
  { name: 'is loaded again when the clock was set back', seconds: -1, loads: 2 },
])('what was loaded $name', async ({ seconds, loads: expected }) => {
  await askedAt(0);
  expect(await askedAt(seconds)).toEqual({ had: expected, loads: expected });
});

test('what was forgotten is loaded again', async () => {
  await askedAt(0);
  value.forget();
  expect(await askedAt(0)).toEqual({ had: 2, loads: 2 });
});

describe('when loading fails', () => {
  test('what was loaded serves on where it may pass, and is asked for after the pause', async () => {
    await askedAt(0);
    fails = failure(true);
    expect(await askedAt(60)).toEqual({ had: 1, loads: 2 });
    expect(await askedAt(69)).toEqual({ had: 1, loads: 2 });
    fails = undefined;
    expect(await askedAt(70)).toEqual({ had: 3, loads: 3 });
  });

  test('it serves on for no longer than it was said to', async () => {
    const load = async () => {
      if (fails) throw fails;
      return ++loads;
    };
    value = createCached(load, { now: () => now, seconds: 60, oldest: 90 });
    await askedAt(0);
    fails = failure(true);
    expect((await askedAt(89)).had).toBe(1);
    expect((await askedAt(90)).had).toBe('Failure');
    expect((await askedAt(-1)).had).toBe('Failure');
  });

  test('T78: what a process that was frozen had asked for is asked for again', async () => {
    const load = async () => {
      if (++loads === 1) now += 120;
      return loads;
    };
    value = createCached(load, { now: () => now, seconds: 60, oldest: 90 });
    expect(await value.get()).toBe(2);
  });

  test.each([
    { name: 'for good', error: failure(false), is: 'Failure' },
    { name: 'by a mistake of ours', error: new TypeError('x'), is: 'TypeError' },
  ])('$name, what was loaded serves no more', async ({ error, is }) => {
    await askedAt(0);
    fails = error;
    expect(await askedAt(60)).toEqual({ had: is, loads: 2 });
    expect(await askedAt(61)).toEqual({ had: is, loads: 2 });
  });

  test('with nothing in hand, all within the pause hear of the one failure', async () => {
    fails = failure(true);
    expect(await askedAt(0)).toEqual({ had: 'Failure', loads: 1 });
    expect(await askedAt(9)).toEqual({ had: 'Failure', loads: 1 });
    expect(await askedAt(10)).toEqual({ had: 'Failure', loads: 2 });
  });
});
