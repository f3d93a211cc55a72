import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SharedKeys, SharedSet } from '../../lib/token/copy.ts';
import { createSharedFetch } from '../../lib/token/copy.ts';
import { createIssuerKeys } from '../../lib/token/keys.ts';
import { KeySetError, readKeySet } from '../../lib/token/keyset.ts';
import { refreshKeySets } from '../../lib/token/refresh.ts';
import { NOW } from '../harness/policy.ts';

const { publicKey } = generateKeyPairSync('ed25519');
function setOf(keyId: string) {
  return new Map([[keyId, { keyId, algorithm: 'EdDSA', key: publicKey }]]);
}

describe('the refresher', () => {
  const refreshed = async (
    fetchers: readonly (readonly [string, () => Promise<ReturnType<typeof setOf>>])[],
  ) => {
    const kept = new Map<string, SharedSet>();
    const shared: Pick<SharedKeys, 'keep'> = {
      keep: async ({ issuer, uri }, set) => void kept.set(`${issuer} ${uri}`, set),
    };
    const each = fetchers.map(([issuer, fetchSet]) => [issuer, { uri: 'from', fetchSet }] as const);
    const failed = await refreshKeySets({ shared, fetchers: new Map(each), now: () => NOW });
    return { kept, failed: [...failed.keys()] };
  };

  test('keeps what each issuer says, with when it was asked', async () => {
    const { kept, failed } = await refreshed([
      ['one', async () => setOf('a')],
      ['two', async () => setOf('b')],
    ]);
    expect([[...kept.keys()], failed]).toEqual([['one from', 'two from'], []]);
    const { keys, at } = kept.get('one from') ?? { keys: '', at: 0 };
    expect([[...readKeySet(Buffer.from(keys), ['EdDSA'], () => undefined).keys()], at]).toEqual([['a'], NOW]);
  });

  test('T71: leaves what was kept of an issuer that fails, and goes on with the others', async () => {
    const { kept, failed } = await refreshed([
      ['one', () => Promise.reject(new KeySetError('status 500'))],
      ['two', async () => setOf('b')],
    ]);
    expect([[...kept.keys()], failed]).toEqual([['two from'], ['one']]);
  });
});

test('D04: of a hundred processes that start after it, none asks the issuer', async () => {
  let kept: SharedSet | undefined;
  const shared: SharedKeys = {
    find: async () => (kept ? { is: 'proven', set: kept } : { is: 'absent' }),
    keep: async (_, set) => void (kept = set),
  };
  let asked = 0;
  const fetchSet = async () => {
    asked++;
    return setOf('a');
  };
  const row = { issuer: 'https://issuer.example', uri: 'https://issuer.example/jwks', algorithms: ['EdDSA'] };
  await refreshKeySets({
    shared,
    fetchers: new Map([[row.issuer, { uri: row.uri, fetchSet }]]),
    now: () => NOW,
  });
  const starts = Array.from({ length: 100 }, (_, second) =>
    createIssuerKeys(
      createSharedFetch(shared, row, fetchSet, () => undefined),
      () => undefined,
    )('a', NOW + second),
  );
  expect(new Set((await Promise.all(starts)).map(({ keyId }) => keyId))).toEqual(new Set(['a']));
  expect(asked).toBe(1);
});
