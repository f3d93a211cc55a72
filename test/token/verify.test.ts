import { createHmac } from 'node:crypto';
import { type CryptoKey, exportSPKI, importJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import type { Code } from '../../lib/errors.ts';
import { codeOf } from '../harness/code.ts';
import { HEADER, KEY_ID, testIssuer, tokenClaims, verifierOf } from '../harness/issuer.ts';
import { AUDIENCE, BUILDKITE, GITHUB, issuersWith, NOW, rowsFrom } from '../harness/policy.ts';

const issuer = await testIssuer();
const verify = verifierOf(issuer);

function forged(header: object, claims: object = tokenClaims()): string {
  return issuer.forge(JSON.stringify(header), JSON.stringify(claims));
}

describe('a token is verified', () => {
  test('a real Buildkite token, without typ, with build_tag null and a numeric build_number', async () => {
    const token = await verify(await issuer.sign(tokenClaims()), NOW);
    expect(token).toMatchObject({
      issuer: BUILDKITE,
      audience: AUDIENCE,
      subject: tokenClaims()['sub'],
      issuedAt: NOW,
      expiresAt: NOW + 300,
      acceptedUntil: NOW + 330,
      keyId: KEY_ID,
    });
    expect(token.claims).toEqual(tokenClaims());
  });

  test.each([
    ['one without a jti', { jti: undefined }, {}],
    ['one without an nbf', { nbf: undefined }, {}],
    ['one without a build_tag', { build_tag: undefined }, {}],
    ['one whose aud is an array of one', { aud: [AUDIENCE] }, {}],
    ['one of GitHub, with typ JWT', { iss: GITHUB, build_number: undefined }, { typ: 'JWT' }],
    ['one with times that are fractions', { iat: NOW + 0.25, exp: NOW + 60.5 }, {}],
    ['one with claims that nobody knows', { subs: 'x', subject: 'y' }, {}],
    ['T24: one whose job chose what sub is', { sub: '01945ecf-80f0-41e8-9b83-a2970a9305a1' }, {}],
    ['T23: one with the longest sub', { sub: 'ü'.repeat(2048) }, {}],
  ])('%s', async (_name, claims, header) => {
    const token = await verify(await issuer.sign(tokenClaims(claims), header), NOW);
    expect(token.audience).toBe(AUDIENCE);
  });

  test('T24: sub is never split, and names no organization by itself', async () => {
    const sub = 'organization:other:pipeline:web:ref:refs/heads/main:commit:0:step:';
    const token = await verify(await issuer.sign(tokenClaims({ sub })), NOW);
    expect(token.subject).toBe(sub);
    expect(token.claims['organization_slug']).toBe('my-organization');
  });

  test('T21: the audience says nothing of the tenant, which is for the policy to look at', async () => {
    const token = await verify(await issuer.sign(tokenClaims({ organization_slug: 'stranger' })), NOW);
    expect(token.claims['organization_slug']).toBe('stranger');
  });

  test('an audience that the issuer row names is taken from that issuer alone', async () => {
    const own = verifierOf(issuer, rowsFrom(issuersWith('audiences: [internal]')));
    const aud = 'internal';
    expect((await own(await issuer.sign(tokenClaims({ aud })), NOW)).audience).toBe(aud);
    const other = await issuer.sign(tokenClaims({ aud, iss: GITHUB }));
    expect(await codeOf(() => own(other, NOW))).toBe('token_audience_differs');
  });
});

describe('the algorithm of a token is refused', () => {
  test.each([
    'none',
    'None',
    'nOnE',
    'NONE',
    '',
    'rs256',
    'RS256 ',
    'RS384',
    'PS256',
    'ES256',
    'EdDSA',
    'HS256',
    'HS512',
  ])('T01: %j, though the signature is right', async alg => {
    expect(await codeOf(() => verify(forged({ alg, kid: KEY_ID }), NOW))).toBe('token_algorithm_refused');
  });

  test('T02: HMAC with the public key', async () => {
    const pem = await exportSPKI((await importJWK(issuer.jwk, 'RS256', { extractable: true })) as CryptoKey);
    const [header, payload] = forged({ alg: 'HS256', kid: KEY_ID }).split('.');
    const signature = createHmac('sha256', pem).update(`${header}.${payload}`).digest('base64url');
    const token = `${header}.${payload}.${signature}`;
    expect(await codeOf(() => verify(token, NOW))).toBe('token_algorithm_refused');
  });

  test('T01: RS256, when the row of its issuer names another', async () => {
    const rows = rowsFrom(issuersWith('algorithms: [ES256]'));
    const token = await issuer.sign(tokenClaims());
    expect(await codeOf(() => verifierOf(issuer, rows)(token, NOW))).toBe('token_algorithm_refused');
  });
});

describe('the key of a token is refused', () => {
  test.each([
    'other',
    '__proto__',
    'constructor',
    '../../etc/passwd',
    "' OR 1=1 --",
    'k\u0000',
    KEY_ID.toUpperCase(),
    `${KEY_ID} `,
  ])('T14: kid %j', async kid => {
    expect(await codeOf(() => verify(forged({ alg: 'RS256', kid }), NOW))).toBe('token_key_unknown');
  });

  test('T14: no kid, though there is but one key', async () => {
    expect(await codeOf(() => verify(forged({ alg: 'RS256' }), NOW))).toBe('token_malformed');
  });

  test('T04: one that is for another algorithm, though the row takes both', async () => {
    const rows = rowsFrom(issuersWith('algorithms: [RS256, PS256]'));
    const token = forged({ alg: 'PS256', kid: KEY_ID });
    expect(await codeOf(() => verifierOf(issuer, rows)(token, NOW))).toBe('token_algorithm_refused');
  });

  test('T03: the key inside the token signed it', async () => {
    const token = forged({ alg: 'RS256', kid: KEY_ID, jwk: issuer.jwk });
    expect(await codeOf(() => verify(token, NOW))).toBe('token_malformed');
  });
});

describe('the signature of a token is refused', () => {
  const swapped = async (change: { readonly [name: string]: unknown }): Promise<string> => {
    const [header, , signature] = (await issuer.sign(tokenClaims())).split('.');
    const payload = Buffer.from(JSON.stringify(tokenClaims(change))).toString('base64url');
    return `${header}.${payload}.${signature}`;
  };

  test.each<[name: string, token: () => Promise<string>, code: Code]>([
    ['over other claims', () => swapped({ build_branch: 'evil' }), 'token_signature_invalid'],
    ['cut short', async () => (await issuer.sign(tokenClaims())).slice(0, -2), 'token_signature_invalid'],
    [
      'of three bytes',
      async () => `${(await swapped({})).split('.').slice(0, 2).join('.')}.c2ln`,
      'token_signature_invalid',
    ],
    [
      'by another key of the same id',
      async () => (await testIssuer()).sign(tokenClaims()),
      'token_signature_invalid',
    ],
    ['missing', async () => `${(await swapped({})).split('.').slice(0, 2).join('.')}.`, 'token_malformed'],
  ])('%s', async (_name, token, code) => {
    const text = await token();
    expect(await codeOf(() => verify(text, NOW))).toBe(code);
  });
});

describe('T13: another kind of token of the same issuer is refused', () => {
  test.each(['at+jwt', 'logout+jwt', 'dpop+jwt'])('typ %s', async typ => {
    const token = await issuer.sign(tokenClaims(), { typ });
    expect(await codeOf(() => verify(token, NOW))).toBe('token_type_refused');
  });
});

describe('T67: size', () => {
  test('a signed token of more than 16384 characters is refused before it is read', async () => {
    const token = issuer.forge(HEADER, JSON.stringify(tokenClaims({ build_branch: 'x'.repeat(12_000) })));
    expect(token.length).toBeGreaterThan(16_384);
    expect(await codeOf(() => verify(token, NOW))).toBe('token_too_large');
  });
});
