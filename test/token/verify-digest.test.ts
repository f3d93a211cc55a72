import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { createFixedKeys } from '../../lib/token/keys.ts';
import { codeOf } from '../harness/code.ts';
import { testIssuer, tokenClaims, verifierOf } from '../harness/issuer.ts';
import { BUILDKITE, issuersWith, NOW, rowsFrom } from '../harness/policy.ts';

/** The order of the curve P-256. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const rsa = await testIssuer();
const { publicKey, privateKey } = await generateKeyPair('ES256');
const jwk = { ...(await exportJWK(publicKey)), kid: 'ec', alg: 'ES256' };
const rows = rowsFrom(issuersWith('algorithms: [ES256]'));
const verify = verifierOf({ keys: createFixedKeys([jwk], ['ES256']) }, rows);
const sign = (claims = {}) =>
  new SignJWT(tokenClaims({ ...claims })).setProtectedHeader({ alg: 'ES256', kid: 'ec' }).sign(privateKey);

/** The other signature that every ECDSA signature (r, s) gives to anyone: (r, n - s). */
function mirrored(token: string): string {
  const [header, payload, signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const other = Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex');
  return `${header}.${payload}.${Buffer.concat([bytes.subarray(0, 32), other]).toString('base64url')}`;
}

test('T08: a token with its signature respelled has the same digest', async () => {
  const token = await sign();
  const respelled = mirrored(token);
  expect(respelled).not.toBe(token);
  expect((await verify(respelled, NOW)).digest).toBe((await verify(token, NOW)).digest);
});

test('T08: two signatures over the same claims have the same digest', async () => {
  const [one, two] = [await sign(), await sign()];
  expect(one).not.toBe(two);
  expect((await verify(one, NOW)).digest).toBe((await verify(two, NOW)).digest);
});

test('other claims have another digest', async () => {
  const one = await verify(await sign(), NOW);
  const two = await verify(await sign({ jti: 'another' }), NOW);
  expect(one.digest).not.toBe(two.digest);
});

test('the digest is SHA-256 of the issuer and of the token without its signature', async () => {
  const token = await sign();
  const expected = createHash('sha256').update(BUILDKITE + token.slice(0, token.lastIndexOf('.')));
  expect((await verify(token, NOW)).digest).toBe(expected.digest('hex'));
});

test.each([
  { name: 'padding of one', respell: (token: string) => `${token}=` },
  { name: 'padding of two', respell: (token: string) => `${token}==` },
  { name: 'a space', respell: (token: string) => `${token} ` },
  { name: 'a line feed', respell: (token: string) => `${token}\n` },
  {
    name: 'bits left over',
    respell: (token: string) => token.replace(/.$/, last => String.fromCharCode(last.charCodeAt(0) + 1)),
  },
])('T08: a token respelled with $name is refused', async ({ respell }) => {
  // RSA of 2048 bits: the last of 342 characters carries two bits, so it is one of A, Q, g, w.
  const token = await rsa.sign(tokenClaims());
  expect(await codeOf(() => verifierOf(rsa)(token, NOW))).toBe('none');
  expect(await codeOf(() => verifierOf(rsa)(respell(token), NOW))).toBe('token_malformed');
});
