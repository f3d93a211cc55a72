import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { CompactSign, compactVerify, importJWK, type JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { vetKey } from '../../lib/token/jwk.ts';
import { readSignature, splitToken } from '../../lib/token/jws.ts';
import { isSignedBy } from '../../lib/token/signature.ts';

const PAIRS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

type Algorithm = keyof typeof PAIRS;

async function oracle(token: string, jwk: JWK, algorithm: Algorithm): Promise<boolean> {
  return compactVerify(token, await importJWK(jwk, algorithm), { algorithms: [algorithm] }).then(
    () => true,
    () => false,
  );
}

/** The last byte but one, of the signature, the payload or the header, turned over. */
function damaged(token: string, segment: number): string {
  const parts = token.split('.');
  const bytes = Buffer.from(parts[segment] ?? '', 'base64url');
  bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 1;
  parts[segment] = bytes.toString('base64url');
  return parts.join('.');
}

function replaced(token: string, signature: Buffer): string {
  return [...token.split('.').slice(0, 2), signature.toString('base64url')].join('.');
}

describe.each(Object.keys(PAIRS) as Algorithm[])('%s verifies as jose does', algorithm => {
  const { publicKey, privateKey } = PAIRS[algorithm]();
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: algorithm } as JWK;
  const judged = vetKey(jwk as never, [algorithm]);
  const ours = (token: string): boolean => {
    if (!('vetted' in judged)) throw new Error('the key is not vetted');
    const apart = splitToken(token);
    return isSignedBy(judged.vetted, apart.signed, readSignature(apart));
  };
  const token = new CompactSign(randomBytes(300))
    .setProtectedHeader({ alg: algorithm, kid: 'k' })
    .sign(privateKey);

  test('a good signature', async () => {
    expect(ours(await token)).toBe(true);
    expect(await oracle(await token, jwk, algorithm)).toBe(true);
  });

  test.each([
    { name: 'a changed signature', change: (text: string) => damaged(text, 2) },
    { name: 'a changed payload', change: (text: string) => damaged(text, 1) },
    { name: 'no signature but a byte', change: (text: string) => replaced(text, Buffer.alloc(1)) },
    {
      name: 'T05: a signature of zeros',
      change: (text: string) => replaced(text, Buffer.alloc(readSignature(splitToken(text)).length)),
    },
    {
      name: 'a signature that is a byte longer',
      change: (text: string) =>
        replaced(text, Buffer.concat([readSignature(splitToken(text)), Buffer.alloc(1)])),
    },
    {
      name: 'a signature that is a byte shorter',
      change: (text: string) => replaced(text, Buffer.from(readSignature(splitToken(text)).subarray(1))),
    },
    {
      name: 'a random signature',
      change: (text: string) => replaced(text, randomBytes(readSignature(splitToken(text)).length)),
    },
  ])('not $name', async ({ change }) => {
    const changed = change(await token);
    expect(ours(changed)).toBe(false);
    expect(await oracle(changed, jwk, algorithm)).toBe(false);
  });
});

test('T05: an ECDSA signature of r = s = the order of the curve does not verify', () => {
  const { publicKey } = PAIRS.ES256();
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
  expect(
    isSignedBy({ keyId: 'k', algorithm: 'ES256', key: publicKey }, 'a.b', Buffer.concat([order, order])),
  ).toBe(false);
});

test.each(['none', 'HS256', 'toString', '__proto__', ''])(
  'T01, T02: nothing verifies with the algorithm "%s"',
  algorithm => {
    const { publicKey } = PAIRS.ES256();
    expect(isSignedBy({ keyId: 'k', algorithm, key: publicKey }, 'a.b', Buffer.alloc(64))).toBe(false);
  },
);
