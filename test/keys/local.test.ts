import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { localSigner } from '../../lib/keys/local.ts';

const signer = localSigner();

test('what it signs verifies with what it publishes', async () => {
  const token = await signer.sign('at+jwt', { sub: 'role:web' });
  const keys = createLocalJWKSet({ keys: [...(await signer.publicKeys())] });
  expect((await jwtVerify(token, keys, { typ: 'at+jwt' })).payload).toEqual({ sub: 'role:web' });
});

test('it publishes one key, and no private half of it', async () => {
  const published = await signer.publicKeys();
  expect(published).toEqual([
    { kty: 'RSA', n: expect.any(String), e: 'AQAB', kid: expect.any(String), alg: 'RS256', use: 'sig' },
  ]);
});

test('the header names the key, and has a typ only when there is one to name', async () => {
  const [key] = await signer.publicKeys();
  const kid = key?.kid;
  expect(decodeProtectedHeader(await signer.sign('JWT', {}))).toEqual({ alg: 'RS256', kid, typ: 'JWT' });
  expect(decodeProtectedHeader(await signer.sign('', {}))).toEqual({ alg: 'RS256', kid });
});

test('the key is made once, also when two ask at the same time', async () => {
  const fresh = localSigner();
  const [[one], [two]] = await Promise.all([fresh.publicKeys(), fresh.publicKeys()]);
  expect(one?.kid).toBe(two?.kid);
});

test('each signer has a key of its own', async () => {
  const [one] = await signer.publicKeys();
  const [other] = await localSigner().publicKeys();
  expect(one?.kid).not.toBe(other?.kid);
});
