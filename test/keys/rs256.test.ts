import { generateKeyPairSync, sign } from 'node:crypto';
import { calculateJwkThumbprint, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { createRsaPublicKey, isRs256Signature, signJws } from '../../lib/keys/rs256.ts';

function newPair() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}
const [PAIR, OTHER] = [newPair(), newPair()];
const KEY = createRsaPublicKey(PAIR.publicKey);
function by({ privateKey }: typeof PAIR) {
  return (signed: Buffer) => sign('sha256', signed, privateKey);
}

test('a key has the name that RFC 7638 gives it, and no private half', async () => {
  expect(KEY.jwk).toEqual({
    kty: 'RSA',
    n: expect.any(String),
    e: 'AQAB',
    kid: await calculateJwkThumbprint(KEY.jwk),
    alg: 'RS256',
    use: 'sig',
  });
});

test('another implementation verifies what is signed', async () => {
  const token = await signJws({ ...KEY, sign: by(PAIR) }, 'JWT', { sub: 'ü' });
  expect((await jwtVerify(token, PAIR.publicKey, { typ: 'JWT' })).payload).toEqual({ sub: 'ü' });
});

test.each([
  { name: 'of another key', sign: by(OTHER) },
  { name: 'of other bytes', sign: (signed: Buffer) => by(PAIR)(signed.subarray(1)) },
  { name: 'that is none', sign: () => Buffer.alloc(0) },
])('T52: a signature does not leave $name', async ({ sign: wrong }) => {
  await expect(signJws({ ...KEY, sign: wrong }, 'JWT', {})).rejects.toMatchObject({ name: 'KeyUnusable' });
});

test.each([
  { name: 'its own bytes', text: 'a', holds: true },
  { name: 'no others', text: 'b', holds: false },
])('a signature verifies $name', ({ text, holds }) => {
  const signature = by(PAIR)(Buffer.from('a'));
  expect(isRs256Signature(Buffer.from(text), KEY.key, signature)).toBe(holds);
});
