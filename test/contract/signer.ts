import { calculateJwkThumbprint, createLocalJWKSet, decodeProtectedHeader, type JWK, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import type { Signer } from '../../lib/keys/signer.ts';

/** The key set that a verifier makes of what is published. */
export function setOf(keys: readonly JWK[]) {
  return createLocalJWKSet({ keys: [...keys] });
}

/** What every signer keeps to, wherever its private half is. */
export function signerContract(signer: () => Signer | Promise<Signer>): void {
  describe('as every signer', () => {
    test('T52: what it signs verifies with what it publishes', async () => {
      const signing = await signer();
      const token = await signing.sign('at+jwt', { sub: 'role:web', aud: 'ü' });
      const { payload } = await jwtVerify(token, setOf(await signing.publicKeys()), { typ: 'at+jwt' });
      expect(payload).toEqual({ sub: 'role:web', aud: 'ü' });
    });

    test('also what a claim makes long', async () => {
      const signing = await signer();
      const token = await signing.sign('at+jwt', { sub: 'x'.repeat(9000) });
      const { payload } = await jwtVerify(token, setOf(await signing.publicKeys()));
      expect(payload.sub).toHaveLength(9000);
    });

    test('T52: every key that it publishes has a name of its own, says what it is for, and has no private half', async () => {
      const published = await (await signer()).publicKeys();
      expect(new Set(published.map(({ kid }) => kid)).size).toBe(published.length);
      for (const key of published)
        expect(key).toEqual({
          kty: 'RSA',
          n: expect.any(String),
          e: 'AQAB',
          kid: await calculateJwkThumbprint(key),
          alg: 'RS256',
          use: 'sig',
        });
    });

    test('T52: the header names one of its keys, and has a typ only when there is one to name', async () => {
      const signing = await signer();
      const kids = (await signing.publicKeys()).map(({ kid }) => kid);
      const header = decodeProtectedHeader(await signing.sign('JWT', {}));
      expect(header).toEqual({ alg: 'RS256', kid: expect.any(String), typ: 'JWT' });
      expect(kids).toContain(header.kid);
      expect(Object.keys(decodeProtectedHeader(await signing.sign('', {})))).toEqual(['alg', 'kid']);
    });

    test('two who ask at the same time get tokens of one key', async () => {
      const signing = await signer();
      const tokens = await Promise.all([signing.sign('JWT', {}), signing.sign('JWT', {})]);
      expect(new Set(tokens.map(token => decodeProtectedHeader(token).kid)).size).toBe(1);
    });
  });
}
