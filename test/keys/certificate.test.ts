import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, test } from 'vitest';
import { readKeyCertificate, signCertificate } from '../../lib/keys/certificate.ts';
import { createLocalSigner } from '../../lib/keys/local.ts';
import { AUDIENCE, NOW } from '../harness/policy.ts';

const [OURS, SECOND, THEIRS] = [createLocalSigner(), createLocalSigner(), createLocalSigner()];
const [jwk] = await THEIRS.publicKeys();
const certificate = {
  day: '2026-11-24',
  jwk: { ...jwk, kid: 'sealed' },
  madeAt: NOW,
  signsFrom: NOW + 1,
  signsUntil: NOW + 2,
  publishedUntil: NOW + 3,
};

async function vouching() {
  return [...(await OURS.publicKeys()), ...(await SECOND.publicKeys())];
}
async function read(text: string) {
  return readKeyCertificate(text, await vouching(), AUDIENCE);
}
function changed(text: string, segment: number): string {
  return text
    .split('.')
    .map((each, index) => (index === segment ? `${each.slice(0, 8)}AAAA${each.slice(12)}` : each))
    .join('.');
}

test.each([
  { name: 'the key that signs', signer: OURS },
  { name: 'the other key that is published', signer: SECOND },
])('a certificate by $name is read as it was made', async ({ signer }) => {
  expect(await read(await signCertificate(signer, AUDIENCE, certificate))).toEqual(certificate);
});

describe('T52: no certificate of ours is', () => {
  const text = () => signCertificate(OURS, AUDIENCE, certificate);

  test.each<{ name: string; given: () => Promise<string> }>([
    { name: 'one by another key', given: () => signCertificate(THEIRS, AUDIENCE, certificate) },
    { name: 'one for another issuer', given: () => signCertificate(OURS, `${AUDIENCE}/`, certificate) },
    {
      name: 'a token with the same claims, as a role may ask for',
      given: () => OURS.sign('at+jwt', { issuer: AUDIENCE, ...certificate }),
    },
    { name: 'one with another header', given: async () => changed(await text(), 0) },
    { name: 'one with other claims', given: async () => changed(await text(), 1) },
    { name: 'one with another signature', given: async () => changed(await text(), 2) },
    { name: 'nothing', given: async () => '' },
    { name: 'dots', given: async () => '..' },
  ])('$name', async ({ given }) => {
    expect(await read(await given())).toBeUndefined();
  });
});

test('T13: a certificate is a token for nobody: no registered claim, and a type of its own', async () => {
  const text = await signCertificate(OURS, AUDIENCE, certificate);
  const REGISTERED = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'];
  expect(Object.keys(decodeJwt(text)).filter(claim => REGISTERED.includes(claim))).toEqual([]);
  expect(decodeProtectedHeader(text).typ).toBe('kite-sts-key+jwt');
});
