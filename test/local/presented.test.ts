import { generateKeyPairSync } from 'node:crypto';
import { type JWTHeaderParameters, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { publishKey } from '../../lib/keys/local.ts';
import { type PresentedFault, verifyPresented, verifySignature } from '../../lib/local/presented.ts';

const NOW = 1_800_000_000;
const URL = 'https://sts.example';
const AUDIENCE = 'sts.amazonaws.com';
function newPair() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}
const [PAIR, OTHER] = [newPair(), newPair()];
const JWK = await publishKey(PAIR.publicKey);
const CLAIMS = { iss: URL, aud: AUDIENCE, sub: 'role:deploy', iat: NOW, exp: NOW + 300 };
const TRUSTED = { url: URL, audience: URL, publicKeys: async () => [JWK] };

type Signed = { readonly header?: object; readonly claims?: object; readonly by?: typeof PAIR };

/** Signed by jose itself. A member that is undefined is left out. */
function signToken({ header = {}, claims = {}, by = PAIR }: Signed = {}): Promise<string> {
  const protectedHeader = { alg: 'RS256', kid: JWK.kid, ...header } as JWTHeaderParameters;
  return new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader(protectedHeader).sign(by.privateKey);
}

function ask(token: string) {
  return verifyPresented(token, { trusted: TRUSTED, audience: AUDIENCE, now: NOW });
}

test('a cloud takes what the issuer that it trusts has signed, and reads its claims', async () => {
  expect(await ask(await signToken())).toEqual({ claims: CLAIMS });
  const longest = { sub: 'ä'.repeat(63), exp: NOW + 86_400 };
  expect(await ask(await signToken({ claims: longest }))).toEqual({ claims: { ...CLAIMS, ...longest } });
});

describe('a cloud refuses', () => {
  test.each<[name: string, token: () => Promise<string> | string, fault: PresentedFault]>([
    ['nothing', () => '', 'malformed'],
    ['two parts', async () => (await signToken()).replace(/\.[^.]+$/, ''), 'malformed'],
    ['four parts', async () => `${await signToken()}.e30`, 'malformed'],
    ['no signature', async () => (await signToken()).replace(/[^.]+$/, ''), 'signature_wrong'],
    ['an unsigned token', () => new UnsecuredJWT(CLAIMS).encode(), 'malformed'],
    ['another algorithm', () => signToken({ header: { alg: 'PS256' } }), 'malformed'],
    ['a token without the id of its key', () => signToken({ header: { kid: undefined } }), 'malformed'],
    ['the id of another key', () => signToken({ header: { kid: 'other' } }), 'key_unknown'],
    ['the signature of another key', () => signToken({ by: OTHER }), 'signature_wrong'],
    ['another issuer', () => signToken({ claims: { iss: `${URL}/` } }), 'issuer_differs'],
    ['another audience', () => signToken({ claims: { aud: 'sigstore' } }), 'audience_differs'],
    ['a list of audiences', () => signToken({ claims: { aud: [AUDIENCE] } }), 'audience_differs'],
    ['an empty subject', () => signToken({ claims: { sub: '' } }), 'claims_wrong'],
    ['a subject of 128 bytes', () => signToken({ claims: { sub: 'ä'.repeat(64) } }), 'claims_wrong'],
    ['no expiry', () => signToken({ claims: { exp: undefined } }), 'claims_wrong'],
    ['a second more than a day', () => signToken({ claims: { exp: NOW + 86_401 } }), 'claims_wrong'],
    ['what ends now', () => signToken({ claims: { iat: NOW - 300, exp: NOW } }), 'expired'],
    ['what begins in a second', () => signToken({ claims: { iat: NOW + 1 } }), 'not_yet_valid'],
  ])('%s', async (_name, token, fault) => {
    expect(await ask(await token())).toEqual({ fault });
  });
});

test('the signature alone asks nothing of whose the claims are, nor of their times', async () => {
  const claims = { iss: 'app', exp: NOW - 1 };
  expect(await verifySignature(await signToken({ claims }), [JWK])).toEqual({
    claims: { ...CLAIMS, ...claims },
  });
});
