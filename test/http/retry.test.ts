import { describe, expect, test } from 'vitest';
import { ATTEMPT_MS } from '../../lib/http/post.ts';
import { BUDGET_MS, retry, startBudget } from '../../lib/http/retry.ts';
import { NOW } from '../harness/policy.ts';

class Passing extends Error {}
class Final extends Error {}

/** Attempts that fail like this, one after another, each of which takes so many milliseconds of the clock. */
async function attempts(failures: readonly Error[], takes = 0) {
  let now = NOW;
  const patience: number[] = [];
  const work = async (each: number): Promise<string> => {
    const failure = failures[patience.length];
    patience.push(each);
    now += takes / 1000;
    if (failure) throw failure;
    return 'done';
  };
  const passes = (error: unknown): boolean => error instanceof Passing;
  const ended = await retry(work, { passes, random: () => 0, budget: startBudget(() => now) }).catch(
    (error: Error) => error.constructor.name,
  );
  return { ended, patience };
}

function passing(times: number): Error[] {
  return Array.from({ length: times }, () => new Passing());
}

describe('D08: what passes is tried again', () => {
  test.each([
    { name: 'never where it goes well', failures: [], ended: 'done', times: 1 },
    { name: 'once', failures: passing(1), ended: 'done', times: 2 },
    { name: 'twice', failures: passing(2), ended: 'done', times: 3 },
    { name: 'and no third time', failures: passing(3), ended: 'Passing', times: 3 },
    { name: 'but not what is final', failures: [new Final()], ended: 'Final', times: 1 },
    { name: 'but not what is final then', failures: [new Passing(), new Final()], ended: 'Final', times: 2 },
  ])('$name', async ({ failures, ended, times }) => {
    const tried = await attempts(failures);
    expect([tried.ended, tried.patience.length]).toEqual([ended, times]);
  });
});

describe('T63: nothing can have been done', () => {
  const failing = async (...each: readonly boolean[]) => {
    const failures = each.map(undone => Object.assign(new Passing(), { undone }));
    const failure = await retry(() => Promise.reject(failures.shift()), {
      passes: () => true,
      random: () => 0,
      budget: () => BUDGET_MS,
    }).catch((error: Passing & { undone: boolean }) => error);
    return failure.undone;
  };

  test('where no attempt can have done it', async () => {
    expect(await failing(true, true, true)).toBe(true);
  });

  test.each([
    { name: 'the first', each: [false, true, true] },
    { name: 'the last', each: [true, true, false] },
  ])('but not where $name attempt may have', async ({ each }) => {
    expect(await failing(...each)).toBe(false);
  });
});

describe('D08: all attempts share one budget', () => {
  test('which may be shorter than the usual one', () => {
    expect(startBudget(() => NOW, 2000)()).toBe(2000);
  });

  test('so that the last has what the others left', async () => {
    const { patience } = await attempts(passing(2), 2500);
    expect(patience).toEqual([ATTEMPT_MS, ATTEMPT_MS, BUDGET_MS - 5000]);
  });

  test('and none is begun when it is spent', async () => {
    const { ended, patience } = await attempts(passing(3), 3000);
    expect([ended, patience.length]).toEqual(['Passing', 2]);
  });

  test('T78: by the clock, so that a process that was frozen begins none either', async () => {
    const { ended, patience } = await attempts(passing(3), 120_000);
    expect([ended, patience.length]).toEqual(['Passing', 1]);
  });
});
