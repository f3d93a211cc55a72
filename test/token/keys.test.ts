import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { VettedKey } from '../../lib/token/jwk.ts';
import {
  BREAKER_FAILURES,
  createCachedKeys,
  createFixedKeys,
  createIssuerKeys,
  HARD_LIFETIME,
  PAUSE,
  SOFT_LIFETIME,
} from '../../lib/token/keys.ts';
import { KeySetError } from '../../lib/token/keyset.ts';
import { codeOf, failureOf } from '../harness/code.ts';
import { NOW } from '../harness/policy.ts';

const { publicKey } = generateKeyPairSync('ed25519');
function keyOf(keyId: string): VettedKey {
  return { keyId, algorithm: 'EdDSA', key: publicKey };
}

/** An issuer whose answers the test decides, and which counts how often it is asked. */
function standIn(...kids: string[]) {
  const issuer = {
    kids,
    broken: false,
    asked: 0,
    reports: [] as string[],
    hold: undefined as Promise<void> | undefined,
  };
  const source = createCachedKeys(
    async () => {
      issuer.asked++;
      await issuer.hold;
      if (issuer.broken) throw new KeySetError('status 500');
      return new Map(issuer.kids.map(kid => [kid, keyOf(kid)]));
    },
    what => void issuer.reports.push(what),
  );
  /** The key's id, or the code of the refusal. */
  const find = async (kid: string, now: number): Promise<string> => {
    const code = await codeOf(async () => source(kid, now));
    return code === 'none' ? kid : code;
  };
  return { issuer, find, source };
}

/** A fetch that waits until it is let go. */
function held() {
  let release = (): void => undefined;
  const hold = new Promise<void>(resolve => {
    release = resolve;
  });
  return { hold, release: () => release() };
}

describe('keys that stand in the configuration', () => {
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'a' };

  test('are found by their id alone', () => {
    const source = createFixedKeys([jwk], ['EdDSA']);
    expect(source('a', NOW)).toMatchObject({ keyId: 'a', algorithm: 'EdDSA' });
    expect(() => source('b', NOW)).toThrow(expect.objectContaining({ code: 'token_key_unknown' }));
  });

  test('T15: two of one id are refused when the broker is put together', () => {
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
    expect(() => createFixedKeys([jwk, { ...other, kid: 'a' }], ['EdDSA'])).toThrow(KeySetError);
  });
});

describe('fetched keys', () => {
  test('D02: are fetched once and then used until their soft lifetime ends', async () => {
    const { issuer, find } = standIn('a');
    for (const age of [0, 1, SOFT_LIFETIME - 1]) expect(await find('a', NOW + age)).toBe('a');
    expect(issuer.asked).toBe(1);
    expect(await find('a', NOW + SOFT_LIFETIME)).toBe('a');
    expect(issuer.asked).toBe(2);
  });

  test('D02: go on serving while the issuer is broken, until their hard lifetime ends', async () => {
    const { issuer, find } = standIn('a');
    await find('a', NOW);
    issuer.broken = true;
    for (let age = 60; age < HARD_LIFETIME; age += 60) expect(await find('a', NOW + age)).toBe('a');
    expect(await find('a', NOW + HARD_LIFETIME)).toBe('issuer_keys_unavailable');
    expect(issuer.reports.length).toBeGreaterThan(0);
  });

  test('D03: withdrawn, are gone with the next successful fetch', async () => {
    const { issuer, find } = standIn('a', 'b');
    expect(await find('a', NOW)).toBe('a');
    issuer.kids = ['b'];
    expect(await find('a', NOW + SOFT_LIFETIME)).toBe('token_key_unknown');
    expect(await find('b', NOW + SOFT_LIFETIME)).toBe('b');
  });

  test('D05: asked for by many at once, are fetched once', async () => {
    const { issuer, find } = standIn('a');
    const found = await Promise.all(Array.from({ length: 50 }, () => find('a', NOW)));
    expect(new Set(found)).toEqual(new Set(['a']));
    expect(issuer.asked).toBe(1);
  });

  // Literals, as the documents promise them, and not the product's own constants.
  test('T72: are fetched once in 30 seconds, and three times more in five minutes, under a flood of unknown key ids', async () => {
    const { issuer, find } = standIn('a');
    await find('a', NOW);
    const told = [];
    for (let i = 0; i < 1000; i++) told.push(await find(`unknown-${i}`, NOW + (i * 29) / 1000));
    expect(told.slice(0, 3)).toEqual(Array(3).fill('token_key_unknown'));
    expect(new Set(told.slice(3))).toEqual(new Set(['issuer_keys_pending']));
    expect(issuer.asked).toBe(1 + 3);
    expect(await find('unknown', NOW + 31)).toBe('token_key_unknown');
    for (let second = 32; second < 299; second++) await find('unknown', NOW + second);
    expect(issuer.asked).toBeLessThanOrEqual(1 + 3 + 10);
    expect(issuer.asked).toBeGreaterThanOrEqual(1 + 3 + 8);
  });

  test('D05: newly published, are taken at once while there are spare fetches, and else within 30 seconds', async () => {
    const { issuer, find } = standIn('a');
    await find('a', NOW);
    for (const spare of [1, 2]) expect(await find(`x-${spare}`, NOW + spare)).toBe('token_key_unknown');
    issuer.kids = ['a', 'b'];
    expect(await find('b', NOW + 3)).toBe('b');
    issuer.kids = ['a', 'b', 'c'];
    expect(await find('c', NOW + 4)).toBe('issuer_keys_pending');
    expect(await find('c', NOW + 32)).toBe('issuer_keys_pending');
    expect(await find('c', NOW + 33)).toBe('c');
  });

  test('T72: unknown, and not looked up, are told how many seconds to wait', async () => {
    const { find, source } = standIn('a');
    await find('a', NOW);
    for (const spare of [1, 2, 3]) await find(`x-${spare}`, NOW);
    for (const [second, left] of [
      [0, 30],
      [12, 18],
      [29.5, 1],
    ] as const)
      await expect(source('b', NOW + second)).rejects.toMatchObject({
        code: 'issuer_keys_pending',
        retryAfter: left,
      });
  });

  test('T72: get their spare fetches anew after each soft lifetime, and by a clock that was set back', async () => {
    const { issuer, find } = standIn('a');
    await find('a', NOW);
    const countSpares = async (from: number): Promise<number> => {
      await find('x', from - 1);
      const { asked } = issuer;
      for (let n = 0; n < 10; n++) await find('x', from);
      return issuer.asked - asked;
    };
    expect(await countSpares(NOW + 40)).toBe(3);
    expect(await countSpares(NOW + 40 + SOFT_LIFETIME - 1)).toBe(0);
    expect(await countSpares(NOW + 80 + SOFT_LIFETIME)).toBe(3);
    expect(await countSpares(NOW - 3600)).toBe(3);
  });

  test('D05: unknown while a fetch is under way, use up no spare fetch', async () => {
    const { issuer, find } = standIn('a');
    await find('a', NOW);
    const { hold, release } = held();
    issuer.hold = hold;
    const joined = ['a', 'x', 'y', 'z'].map(kid => find(kid, NOW + SOFT_LIFETIME));
    release();
    await Promise.all(joined);
    for (let n = 0; n < 10; n++) await find('x', NOW + SOFT_LIFETIME + 1);
    expect(issuer.asked).toBe(2 + 3);
  });

  test('D06: of a broken issuer say how long to wait, once it is left alone', async () => {
    const { issuer, source } = standIn('a');
    issuer.broken = true;
    const waits = [];
    for (let n = 0; n <= BREAKER_FAILURES; n++)
      waits.push(await failureOf(() => source('a', NOW)).then(({ retryAfter }) => retryAfter));
    expect(waits).toEqual([...Array(BREAKER_FAILURES - 1).fill(undefined), PAUSE, PAUSE]);
  });

  test('T72: missing from what was under way before they were asked for may be published meanwhile', async () => {
    const { issuer, find } = standIn('a');
    const { hold, release } = held();
    issuer.hold = hold;
    const first = find('a', NOW);
    const late = find('b', NOW + 1);
    release();
    expect(await Promise.all([first, late])).toEqual(['a', 'issuer_keys_pending']);
  });

  test('T72: a broken issuer gets no spare fetches', async () => {
    const { issuer, find } = standIn('a');
    await find('a', NOW);
    issuer.broken = true;
    await find('b', NOW + PAUSE);
    const { asked } = issuer;
    for (let n = 0; n < 10; n++) expect(await find('b', NOW + PAUSE + n)).toBe('issuer_keys_unavailable');
    expect(issuer.asked).toBe(asked);
  });

  test('T71: serve the others while one request asks a slow issuer', async () => {
    const { issuer, find, source } = standIn('a');
    await find('a', NOW);
    const { hold, release } = held();
    issuer.hold = hold;
    const first = find('a', NOW + SOFT_LIFETIME);
    expect(source('a', NOW + SOFT_LIFETIME)).toMatchObject({ keyId: 'a' });
    release();
    expect(await first).toBe('a');
    expect(issuer.asked).toBe(2);
  });

  test('D06: with nothing in hand, are not asked for after five failures in a row, but for one probe a pause', async () => {
    const { issuer, find } = standIn('a');
    issuer.broken = true;
    for (let i = 0; i < 50; i++) expect(await find('a', NOW)).toBe('issuer_keys_unavailable');
    expect(issuer.asked).toBe(BREAKER_FAILURES);
    for (let i = 0; i < 50; i++) await find('a', NOW + PAUSE);
    expect(issuer.asked).toBe(BREAKER_FAILURES + 1);
    issuer.broken = false;
    expect(await find('a', NOW + 2 * PAUSE)).toBe('a');
  });

  test('unknown during an outage are our doubt, and not the caller’s fault', async () => {
    const { issuer, find } = standIn('a');
    await find('a', NOW);
    issuer.broken = true;
    expect(await find('b', NOW + PAUSE)).toBe('issuer_keys_unavailable');
    expect(await find('a', NOW + PAUSE)).toBe('a');
  });

  test('T78: of a fetch that was frozen with its process are not waited for, and cannot undo newer ones', async () => {
    const { issuer, find } = standIn('a');
    const { hold, release } = held();
    issuer.hold = hold;
    const frozen = find('a', NOW);
    issuer.hold = undefined;
    expect(await find('a', NOW + 120)).toBe('a');
    issuer.kids = ['b'];
    release();
    await frozen;
    expect(await find('a', NOW + 121)).toBe('a');
  });

  test('T81: are asked for also by a clock that was set back', async () => {
    const { issuer, find } = standIn('a');
    await find('a', NOW);
    issuer.kids = ['a', 'b'];
    expect(await find('b', NOW - 3600)).toBe('b');
  });
  test('T81: in hand are fetched anew by a clock that was set back', async () => {
    const { issuer, find } = standIn('a');
    await find('a', NOW);
    issuer.kids = ['b'];
    expect(await find('a', NOW - 3600)).toBe('token_key_unknown');
  });

  test('D05: unknown while a fetch is under way, are looked for in what it brings', async () => {
    const { issuer, find } = standIn('a');
    await find('a', NOW);
    const { hold, release } = held();
    issuer.hold = hold;
    issuer.kids = ['a', 'b'];
    const found = Promise.all(['a', 'b'].map(kid => find(kid, NOW + SOFT_LIFETIME)));
    release();
    expect(await found).toEqual(['a', 'b']);
    expect(issuer.asked).toBe(2);
  });

  test('D06: whose hard lifetime ended are asked for without a pause, until five failures in a row', async () => {
    const { issuer, find } = standIn('a');
    await find('a', NOW);
    issuer.broken = true;
    for (let i = 0; i < 50; i++) expect(await find('a', NOW + HARD_LIFETIME)).toBe('issuer_keys_unavailable');
    expect(issuer.asked).toBe(1 + BREAKER_FAILURES);
  });

  test('D02: unknown after an outage has ended are the caller’s fault again', async () => {
    const { issuer, find } = standIn('a');
    issuer.broken = true;
    expect(await find('b', NOW)).toBe('issuer_keys_unavailable');
    issuer.broken = false;
    expect(await find('b', NOW + PAUSE)).toBe('token_key_unknown');
  });

  test('T78: are looked for in the newest fetch under way, also when a frozen one lands meanwhile', async () => {
    const { issuer, find } = standIn('a');
    const [first, second] = [held(), held()];
    issuer.hold = first.hold;
    const frozen = find('a', NOW);
    issuer.hold = second.hold;
    const waiting = find('a', NOW + 5);
    first.release();
    expect(await frozen).toBe('a');
    issuer.kids = ['a', 'b'];
    const late = find('b', NOW + 5);
    second.release();
    expect(await Promise.all([waiting, late])).toEqual(['a', 'b']);
    expect(issuer.asked).toBe(2);
  });

  test('T78: of a fetch that hangs are asked for again after five seconds', async () => {
    const { issuer, find } = standIn('a');
    const { hold, release } = held();
    issuer.hold = hold;
    const hanging = find('a', NOW);
    const waiting = find('a', NOW + 4);
    issuer.hold = undefined;
    expect(await find('a', NOW + 5)).toBe('a');
    expect(issuer.asked).toBe(2);
    release();
    expect(await Promise.all([hanging, waiting])).toEqual(['a', 'a']);
  });
});

test('D06: the times and counts are as written down, not as two places agree on', () => {
  expect({ BREAKER_FAILURES, HARD_LIFETIME, PAUSE, SOFT_LIFETIME }).toEqual({
    BREAKER_FAILURES: 5,
    HARD_LIFETIME: 21_600,
    PAUSE: 30,
    SOFT_LIFETIME: 300,
  });
});

test('D03: whoever joined a look-up that ended with a copy without its key has the issuer asked for it', async () => {
  const { hold, release } = held();
  const asked: string[] = [];
  const setOf = (...kids: string[]) => new Map(kids.map(kid => [kid, keyOf(kid)]));
  const source = createIssuerKeys(
    async (keyId, now) => {
      asked.push(keyId);
      await hold;
      return keyId === 'a'
        ? { set: setOf('a'), at: now - PAUSE, copied: true }
        : { set: setOf('a', 'b'), at: now };
    },
    () => undefined,
  );
  const both = Promise.all([source('a', NOW), source('b', NOW)]);
  release();
  expect((await both).map(({ keyId }) => keyId)).toEqual(['a', 'b']);
  expect(asked).toEqual(['a', 'b']);
});
