import { expect, test } from 'vitest';
import { createBreaker, REGION_PAUSE } from '../../lib/aws/breaker.ts';
import { NOW } from '../harness/policy.ts';

/** Says after each end whether to keep away. An end is an outage, another failure, or a success. */
async function opened(ends: readonly ('outage' | 'refused' | 'well')[]): Promise<boolean[]> {
  const { isOpen, watch } = createBreaker(
    () => NOW,
    error => error === 'outage',
  );
  const said: boolean[] = [];
  for (const end of ends) {
    const work = end === 'well' ? Promise.resolve(end) : Promise.reject(end);
    const ended = await watch(work).catch((error: unknown) => error);
    expect(ended).toBe(end);
    said.push(isOpen());
  }
  return said;
}

test.each<[name: string, ends: Parameters<typeof opened>[0], open: boolean[]]>([
  ['opens by two outages in a row', ['outage', 'outage'], [false, true]],
  ['is not opened by what it refuses', ['refused', 'refused', 'refused'], [false, false, false]],
  [
    'counts anew after an answer',
    ['outage', 'refused', 'outage', 'well', 'outage'],
    [false, false, false, false, false],
  ],
])('D08: a breaker %s', async (_name, ends, open) => {
  expect(await opened(ends)).toEqual(open);
});

test('D08: after a pause one caller is let through, and the others still keep away', async () => {
  let now = NOW;
  const { isOpen, watch } = createBreaker(
    () => now,
    () => true,
  );
  for (let times = 0; times < 2; times++)
    await watch(Promise.reject(new Error('outage'))).catch(() => undefined);
  now += REGION_PAUSE;
  expect([isOpen(), isOpen()]).toEqual([false, true]);
});
