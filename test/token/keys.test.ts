import { beforeAll, describe, expect, test } from 'vitest';
import type { VettedKey } from '../../lib/token/jwk.ts';
import {
  BREAKER_FAILURES,
  cachedKeys,
  fixedKeys,
  HARD_LIFETIME,
  PAUSE,
  SOFT_LIFETIME,
} from '../../lib/token/keys.ts';
import { type KeySet, KeySetError, keySet } from '../../lib/token/keyset.ts';
import { codeOf } from '../harness/code.ts';
import { KEY_ID, type TestIssuer, testIssuer } from '../harness/issuer.ts';
import { NOW } from '../harness/policy.ts';

let issuer: TestIssuer;
let good: KeySet;
beforeAll(async () => {
  issuer = await testIssuer();
  good = set({ ...issuer.jwk });
});

const set = (...keys: object[]): KeySet => keySet(keys as [], ['RS256'], () => undefined);

describe('fixed keys', () => {
  test('are found by their id, and nothing else is found', async () => {
    const keys = fixedKeys([issuer.jwk]);
    expect((await keys(KEY_ID, NOW)).keyId).toBe(KEY_ID);
    expect(await codeOf(() => keys('other', NOW))).toBe('token_key_unknown');
  });

  test('T15: two of one id are refused when the broker is put together', () => {
    expect(() => fixedKeys([issuer.jwk, issuer.jwk])).toThrow(KeySetError);
  });
});

describe('fetched keys', () => {
  /** Keys from an issuer whose answers are told one by one; the last is given again. */
  const source = (...answers: (KeySet | undefined)[]) => {
    const told: string[] = [];
    let asked = 0;
    const keys = cachedKeys(
      async () => {
        const answer = answers[Math.min(asked++, answers.length - 1)];
        if (!answer) throw new KeySetError('down');
        return answer;
      },
      what => void told.push(what),
    );
    const find = (keyId: string, now: number): Promise<string> => codeOf(() => keys(keyId, now));
    return { keys, find, told, asked: () => asked };
  };

  test('are fetched once for all who wait, and then kept', async () => {
    const { keys, asked } = source(good);
    const found = await Promise.all(
      Array.from({ length: 10 }, (): VettedKey | Promise<VettedKey> => keys(KEY_ID, NOW)),
    );
    expect(found.map(({ keyId }) => keyId)).toEqual(Array(10).fill(KEY_ID));
    await keys(KEY_ID, NOW + SOFT_LIFETIME - 1);
    expect(asked()).toBe(1);
  });

  test('D02: are asked for again when they are old', async () => {
    const { find, asked } = source(good);
    await find(KEY_ID, NOW);
    await find(KEY_ID, NOW + SOFT_LIFETIME);
    expect(asked()).toBe(2);
  });

  test('D03: are gone at once when the issuer withdraws them', async () => {
    const { find } = source(good, set({ ...issuer.jwk, kid: 'new' }));
    expect(await find(KEY_ID, NOW)).toBe('none');
    expect(await find('new', NOW + PAUSE)).toBe('none');
    expect(await find(KEY_ID, NOW + PAUSE + 1)).toBe('token_key_unknown');
  });

  test('T72: an unknown id causes one fetch a pause at most', async () => {
    const { find, asked } = source(good);
    await find(KEY_ID, NOW);
    for (let second = 1; second < PAUSE; second++)
      expect(await find(`unknown-${second}`, NOW + second)).toBe('token_key_unknown');
    expect(asked()).toBe(1);
    await find('unknown', NOW + PAUSE);
    expect(asked()).toBe(2);
  });

  test('D02: serve on while the issuer is down, until their hard lifetime ends', async () => {
    const { find, told } = source(good, undefined);
    await find(KEY_ID, NOW);
    expect(await find(KEY_ID, NOW + HARD_LIFETIME - 1)).toBe('none');
    expect(await find(KEY_ID, NOW + HARD_LIFETIME)).toBe('issuer_keys_unavailable');
    expect(told).not.toEqual([]);
  });

  test('are our trouble, not the caller’s, when the issuer is down from the start', async () => {
    const { find, asked } = source(undefined);
    for (let index = 0; index < BREAKER_FAILURES + 5; index++)
      expect(await find(KEY_ID, NOW)).toBe('issuer_keys_unavailable');
    // D06: and then the issuer is left alone for a while.
    expect(asked()).toBe(BREAKER_FAILURES);
  });

  test('are there again as soon as the issuer is', async () => {
    const { find } = source(undefined, good);
    expect(await find(KEY_ID, NOW)).toBe('issuer_keys_unavailable');
    expect(await find(KEY_ID, NOW + PAUSE)).toBe('none');
  });
});
