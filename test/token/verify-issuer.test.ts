import { describe, expect, test } from 'vitest';
import { BrokerError, type Code } from '../../lib/errors.ts';
import { createVerifier } from '../../lib/token/verify.ts';
import { codeOf } from '../harness/code.ts';
import { HEADER, testIssuer, tokenClaims, verifierOf } from '../harness/issuer.ts';
import { AUDIENCE, BUILDKITE, GITHUB, ISSUERS, issuersWith, NOW, rowsFrom } from '../harness/policy.ts';

const issuer = await testIssuer();

const escaped = BUILDKITE.replaceAll('/', '\\/');
function signed(claims: object, from = '', to = ''): string {
  return issuer.forge(HEADER, JSON.stringify(tokenClaims({ ...claims })).replace(from, to));
}

describe('T22: the issuer of a token is its iss, whatever else it says', () => {
  test.each<[name: string, token: () => string, iss: string]>([
    ['with another issuer in a claim', () => signed({ iss: GITHUB, also: BUILDKITE }), GITHUB],
    ['with another issuer as a claim', () => signed({ [GITHUB]: 'x' }), BUILDKITE],
    ['with its slashes escaped', () => signed({}, BUILDKITE, escaped), BUILDKITE],
    ['with an escape elsewhere', () => signed({ build_message: 'a\nb' }), BUILDKITE],
  ])('%s', async (_name, token, iss) => {
    expect((await verifierOf(issuer)(token(), NOW)).issuer).toBe(iss);
  });

  test.each<[name: string, token: () => string]>([
    [
      'a stranger that names one of ours in a claim',
      () => signed({ iss: 'https://evil.example', also: BUILDKITE }),
    ],
    [
      'a stranger that names two of ours',
      () => signed({ iss: 'https://evil.example', also: [BUILDKITE, GITHUB] }),
    ],
    [
      'a stranger with an escape elsewhere',
      () => signed({ iss: 'https://evil.example', build_message: 'a\nb' }),
    ],
    ['none, with an escape elsewhere', () => signed({ iss: undefined, build_message: 'a\nb' })],
  ])('and it is refused when it is of %s', async (_name, token) => {
    expect(await codeOf(() => verifierOf(issuer)(token(), NOW))).toBe('token_issuer_unknown');
  });
});

test('an issuer whose keys nobody looks after is our fault', async () => {
  const verify = createVerifier({ rows: rowsFrom(ISSUERS), keys: new Map(), audiences: new Set([AUDIENCE]) });
  expect(await codeOf(() => verify(signed({}), NOW))).toBe('issuer_keys_unavailable');
});

describe('a refusal names the claim that is wrong', () => {
  test.each<{ claims: object; now?: number; code: Code; at: string }>([
    { claims: { iat: 'x' }, code: 'token_claims_invalid', at: 'iat' },
    { claims: { exp: -1 }, code: 'token_claims_invalid', at: 'exp' },
    { claims: { exp: NOW }, code: 'token_claims_invalid', at: 'exp' },
    { claims: { nbf: null }, code: 'token_claims_invalid', at: 'nbf' },
    { claims: { jti: 1 }, code: 'token_claims_invalid', at: 'jti' },
    { claims: { aud: '' }, code: 'token_claims_invalid', at: 'aud' },
    { claims: { sub: '' }, code: 'token_claims_invalid', at: 'sub' },
    { claims: { aud: 'another' }, code: 'token_audience_differs', at: 'aud' },
    { claims: { exp: NOW + 9999 }, code: 'token_lifetime_too_long', at: 'exp' },
    { claims: {}, now: NOW + 9999, code: 'token_expired', at: 'exp' },
    { claims: { nbf: NOW + 31 }, code: 'token_not_yet_valid', at: 'nbf' },
    { claims: { iat: NOW + 31, nbf: NOW }, code: 'token_not_yet_valid', at: 'iat' },
    { claims: {}, now: NOW - 31, code: 'token_not_yet_valid', at: 'nbf' },
  ])('$at: $code', async ({ claims, now = NOW, code, at }) => {
    const refused = verifierOf(issuer)(signed(claims), now);
    await expect(refused).rejects.toThrow(BrokerError);
    await expect(refused).rejects.toMatchObject({ code, at });
  });
});

describe('T16: a time at the edge of what a time can be is taken', () => {
  const rows = rowsFrom(issuersWith('max_token_lifetime: 300'));
  test.each([
    { name: 'the first second', claims: { iat: 0, nbf: 0, exp: 300 }, now: 0 },
    {
      name: 'the last second of the year 9999',
      claims: { iat: 253_402_300_500, nbf: 253_402_300_500, exp: 253_402_300_799 },
      now: 253_402_300_500,
    },
  ])('$name', async ({ claims, now }) => {
    expect((await verifierOf(issuer, rows)(signed(claims), now)).expiresAt).toBe(claims.exp);
  });
});
