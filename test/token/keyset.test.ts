import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { KeySetError, MAX_KEYS, readKeySet, writeKeySet } from '../../lib/token/keyset.ts';

function jwk(kid: string) {
  return { ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }), kid };
}
const one = jwk('one');

function read(text: string) {
  const skipped: string[] = [];
  const set = readKeySet(Buffer.from(text), ['EdDSA'], why => void skipped.push(why));
  return { ids: [...set.keys()], skipped };
}
function set(...keys: unknown[]): string {
  return JSON.stringify({ keys });
}

describe('a key set is read', () => {
  test.each([
    ['with one key', set(one), ['one'], 0],
    [
      'with members that we do not know',
      JSON.stringify({ keys: [{ ...one, x5t: 'a' }], extra: 1 }),
      ['one'],
      0,
    ],
    [
      'T15: without the keys that cannot be used',
      set({ kty: 'oct', k: 'AQ', kid: 'a' }, one, null, { ...one, kid: 'b', crv: 'Ed448' }),
      ['one'],
      3,
    ],
    ['T14: with an id that is the name of a built-in', set({ ...one, kid: '__proto__' }), ['__proto__'], 0],
    [
      'T70: with as many keys as there may be',
      set(...Array.from({ length: MAX_KEYS }, (_, i) => ({ ...one, kid: String(i) }))),
      Array.from({ length: MAX_KEYS }, (_, i) => String(i)),
      0,
    ],
    [
      'T70: with more members in all than a token may have',
      set(...Array.from({ length: MAX_KEYS }, (_, i) => ({ ...one, kid: String(i), use: 'sig', x5t: 'a' }))),
      Array.from({ length: MAX_KEYS }, (_, i) => String(i)),
      0,
    ],
  ])('%s', (_name, text, ids, skipped) => {
    const found = read(text);
    expect(found.ids).toEqual(ids);
    expect(found.skipped).toHaveLength(skipped);
  });
});

const rsa = {
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }),
  kid: 'one',
};

describe('T15: a key that is listed twice is one key', () => {
  test.each([
    ['word for word', [rsa, rsa], 'RS256'],
    ['without alg and with it', [rsa, { ...rsa, alg: 'PS256' }], 'PS256'],
    ['with alg and without it', [{ ...rsa, alg: 'PS256' }, rsa], 'PS256'],
    ['with other members beside it', [rsa, { ...rsa, use: 'sig', x5t: 'a' }], 'RS256'],
  ])('%s', (_name, keys, algorithm) => {
    const taken = readKeySet(Buffer.from(set(...keys)), ['RS256', 'PS256'], () => undefined);
    expect([...taken.values()].map(({ keyId, algorithm: of }) => [keyId, of])).toEqual([['one', algorithm]]);
  });

  test('but not with two algorithms', () => {
    const text = set({ ...rsa, alg: 'RS256' }, { ...rsa, alg: 'PS256' });
    expect(() => readKeySet(Buffer.from(text), ['RS256', 'PS256'], () => undefined)).toThrow(KeySetError);
  });
});

describe('T15: beside a good key, one is passed over that is', () => {
  test.each([
    { name: 'for encryption', key: { ...jwk('two'), use: 'enc' } },
    { name: 'of a curve that the row lacks', key: { ...jwk('two'), crv: 'Ed448' } },
    { name: 'of small order', key: { ...jwk('two'), x: Buffer.alloc(32).toString('base64url') } },
    { name: 'too short', key: { ...jwk('two'), x: 'AQ' } },
    { name: 'without an id', key: { ...jwk('two'), kid: undefined } },
    { name: 'no object', key: [] },
  ])('$name', ({ key }) => {
    const found = read(set(key, one));
    expect(found.ids).toEqual(['one']);
    expect(found.skipped).toHaveLength(1);
  });
});

describe('a key set is refused whole', () => {
  test.each([
    { name: 'not JSON', text: '<html>' },
    { name: 'a list', text: JSON.stringify([one]) },
    { name: 'no keys', text: '{}' },
    { name: 'keys that are no list', text: '{"keys":{}}' },
    { name: 'D03: an empty list', text: set() },
    { name: 'D03: no key that can be used', text: set(null, {}) },
    { name: 'T09: keys twice', text: `{"keys":[],"keys":[${JSON.stringify(one)}]}` },
    { name: 'T15: two keys of one id', text: set(one, { ...jwk('one') }) },
    { name: 'T15: a private key among them', text: set(one, { ...jwk('two'), d: 'AQ' }) },
    {
      name: 'T70: too many keys',
      text: set(...Array.from({ length: MAX_KEYS + 1 }, (_, i) => ({ ...one, kid: String(i) }))),
    },
    { name: 'T68: nested too deep', text: `{"keys":${'['.repeat(100)}${']'.repeat(100)}}` },
  ])('$name', ({ text }) => {
    expect(() => read(text)).toThrow(KeySetError);
  });
});

test.each([
  { kind: 'RS256', pair: generateKeyPairSync('rsa', { modulusLength: 2048 }) },
  { kind: 'ES256', pair: generateKeyPairSync('ec', { namedCurve: 'P-256' }) },
  { kind: 'EdDSA', pair: generateKeyPairSync('ed25519') },
])('a set of $kind is written as it is read', ({ kind, pair }) => {
  const again = (text: string) => readKeySet(Buffer.from(text), [kind], () => undefined);
  const first = again(set({ ...pair.publicKey.export({ format: 'jwk' }), kid: 'one', x5c: ['…'] }));
  const text = writeKeySet(first);
  expect(writeKeySet(again(text))).toBe(text);
  expect(
    again(text)
      .get('one')
      ?.key.equals(first.get('one')?.key as KeyObject),
  ).toBe(true);
  expect(text).not.toContain('x5c');
});
