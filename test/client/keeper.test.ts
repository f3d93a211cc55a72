import { describe, expect, test } from 'vitest';
import { createKeeper } from '../../lib/client/keeper.ts';
import { NOW } from '../harness/policy.ts';

type Held = { readonly name: string; readonly expiresAt: number };
type Kept = {
  readonly at: (seconds: number) => Promise<string>;
  readonly renewals: () => number;
};

function never(): Promise<never> {
  return new Promise(() => {});
}

/** Keeps what lives so long, and tells its name or the failure, so many seconds after the start. */
function kept(
  lives: number,
  renew: (times: number) => Promise<unknown> = async () => {},
  sleep: () => Promise<unknown> = never,
): Kept {
  let now = NOW;
  let times = 0;
  const renewed = async (): Promise<Held> => {
    times++;
    await renew(times);
    return { name: `number ${times}`, expiresAt: now + lives };
  };
  const current = createKeeper({ name: 'first', expiresAt: NOW + lives }, renewed, { now: () => now, sleep });
  const at = (seconds: number): Promise<string> => {
    now = NOW + seconds;
    return current().then(
      ({ name }) => name,
      (error: Error) => error.message,
    );
  };
  return { at, renewals: () => times };
}

async function down(): Promise<void> {
  throw new Error('down');
}

test.each([
  ['an hour, while 20 minutes are left', 3600, 2400, 'first'],
  ['an hour, when less is left', 3600, 2401, 'number 1'],
  ['15 minutes, while a third is left', 900, 600, 'first'],
  ['15 minutes, when less is left', 900, 601, 'number 1'],
  ['5 minutes, when less than a third is left', 300, 201, 'number 1'],
  ['15 minutes, when nothing is left', 900, 2000, 'number 1'],
])('of what lives %s', async (_name, lives, seconds, name) => {
  expect(await kept(lives).at(seconds)).toBe(name);
});

test('what was renewed is kept for its own time', async () => {
  const { at, renewals } = kept(900);
  expect([await at(601), await at(1200), await at(1202)]).toEqual(['number 1', 'number 1', 'number 2']);
  expect(renewals()).toBe(2);
});

test('many who ask at once cause one renewal', async () => {
  const { at, renewals } = kept(900);
  expect(await Promise.all([at(601), at(601), at(601)])).toEqual(['number 1', 'number 1', 'number 1']);
  expect(renewals()).toBe(1);
});

describe('when a renewal fails', () => {
  test('the one in hand serves while more than a minute is left', async () => {
    expect(await kept(900, down).at(839)).toBe('first');
  });

  test('the failure is told after that', async () => {
    expect(await kept(900, down).at(840)).toBe('down');
  });

  test('no other is tried for 5 seconds, whoever asks', async () => {
    const { at, renewals } = kept(900, down);
    expect([await at(601), await at(605), renewals()]).toEqual(['first', 'first', 1]);
    expect([await at(606), renewals()]).toEqual(['first', 2]);
    expect([await at(900), await at(901), renewals()]).toEqual(['down', 'down', 3]);
  });

  test('the next that succeeds makes it good', async () => {
    const { at } = kept(900, times => (times === 1 ? down() : Promise.resolve()));
    expect([await at(890), await at(896)]).toEqual(['down', 'number 2']);
  });
});

describe('when a renewal takes long', () => {
  test('the one in hand is given to whoever has waited enough', async () => {
    expect(await kept(900, never, async () => {}).at(601)).toBe('first');
  });

  test('the new one is waited for when the one in hand is not good any more', async () => {
    const slow = () => new Promise(resolve => setImmediate(resolve));
    expect(await kept(900, slow, async () => {}).at(841)).toBe('number 1');
  });
});
