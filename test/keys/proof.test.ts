import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, test } from 'vitest';
import { createLocalSigner } from '../../lib/keys/local.ts';
import { type ProvenOrigin, proveKeys, readProof } from '../../lib/keys/proof.ts';
import { BUILDKITE, GITHUB, NOW } from '../harness/policy.ts';

const [OURS, THEIRS] = [createLocalSigner(), createLocalSigner()];
const ORIGIN = { issuer: BUILDKITE, uri: `${BUILDKITE}/jwks` };
const PROVEN: ProvenOrigin = { ...ORIGIN, at: NOW + 0.5 };
const KEYS = '{"keys":[]}';

async function read(proof: string, changes: object = {}) {
  return readProof(proof, await OURS.publicKeys(), { ...ORIGIN, keys: KEYS, ...changes });
}

test('a proof says when the keys were asked for', async () => {
  expect(await read(await proveKeys(OURS, PROVEN, KEYS))).toBe(NOW + 0.5);
});

describe('T93: a proof is none', () => {
  test.each([
    { name: 'of another issuer', changes: { issuer: GITHUB } },
    { name: 'of an issuer with a slash more', changes: { issuer: `${BUILDKITE}/` } },
    { name: 'of another URL', changes: { uri: `${BUILDKITE}/other` } },
    { name: 'of other keys', changes: { keys: '{"keys":[1]}' } },
    { name: 'of keys with a space more', changes: { keys: '{"keys": []}' } },
  ])('$name', async ({ changes }) => {
    expect(await read(await proveKeys(OURS, PROVEN, KEYS), changes)).toBeUndefined();
  });

  test('by another key', async () => {
    expect(await read(await proveKeys(THEIRS, PROVEN, KEYS))).toBeUndefined();
  });

  test('with another time in it', async () => {
    const [header = '', claims = '', signature = ''] = (await proveKeys(OURS, PROVEN, KEYS)).split('.');
    const later = { ...decodeJwt(`${header}.${claims}.${signature}`), at: NOW + 60 };
    const changed = Buffer.from(JSON.stringify(later)).toString('base64url');
    expect(await read([header, changed, signature].join('.'))).toBeUndefined();
  });

  test.each(['kite-sts-key+jwt', 'at+jwt', 'JWT'])('of the type %s', async typ => {
    const [, claims = ''] = (await proveKeys(OURS, PROVEN, KEYS)).split('.');
    const same = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
    expect(await read(await OURS.sign(typ, same))).toBeUndefined();
  });

  test.each(['', '..', 'x', 'e30.e30.'])('that is %o', async text => {
    expect(await read(text)).toBeUndefined();
  });
});

test('T13: a proof is a token for nobody: no registered claim, and a type of its own', async () => {
  const proof = await proveKeys(OURS, PROVEN, KEYS);
  expect(Object.keys(decodeJwt(proof)).sort()).toEqual(['at', 'issuer', 'keys', 'uri']);
  expect(decodeProtectedHeader(proof).typ).toBe('kite-sts-issuer-keys+jwt');
});
