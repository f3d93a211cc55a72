import { expect, test } from 'vitest';
import type { BrokerError } from '../../lib/errors.ts';
import { codeOf } from '../harness/code.ts';
import { KEY_ID, testIssuer, tokenClaims, verifierOf } from '../harness/issuer.ts';
import { AUDIENCE, BUILDKITE, NOW, rowsFrom } from '../harness/policy.ts';

const issuer = await testIssuer();
const verify = verifierOf(issuer);

type Token = {
  readonly header: object;
  readonly claims: { readonly [name: string]: unknown };
  readonly bad?: true;
};

const GOOD: Token = { header: { alg: 'RS256', kid: KEY_ID }, claims: tokenClaims() };

function claiming(claims: object): (token: Token) => Token {
  return token => ({ ...token, claims: { ...token.claims, ...claims } });
}

/** Each check by the fault that it finds, in the order in which they are made. */
const CHECKS: readonly (readonly [code: string, at: string | undefined, spoil: (token: Token) => Token])[] = [
  ['token_issuer_unknown', undefined, claiming({ iss: 'https://stranger.example' })],
  ['token_algorithm_refused', undefined, token => ({ ...token, header: { ...token.header, alg: 'PS256' } })],
  ['token_claims_invalid', undefined, claiming({ SUB: 'second' })],
  ['token_claims_invalid', 'iat', claiming({ iat: 'yesterday' })],
  ['token_claims_invalid', 'jti', claiming({ jti: 1 })],
  ['token_audience_differs', 'aud', claiming({ aud: 'https://elsewhere.example' })],
  ['token_claims_invalid', 'sub', claiming({ sub: '' })],
  ['token_key_unknown', undefined, token => ({ ...token, header: { ...token.header, kid: 'unknown' } })],
  ['token_signature_invalid', undefined, token => ({ ...token, bad: true })],
];

function write({ header, claims, bad }: Token): string {
  const token = issuer.forge(JSON.stringify(header), JSON.stringify(claims));
  return bad ? `${token.slice(0, -8)}AAAAAAAA` : token;
}

test.each(CHECKS.map(([code, at], index) => [index, code, at ?? ''] as const))(
  'check %i finds %s %s, whatever the later ones would find',
  async (index, code, at) => {
    const spoiled = CHECKS.slice(index).reduceRight((token, [, , spoil]) => spoil(token), GOOD);
    const refused = await verify(write(spoiled), NOW).catch((error: BrokerError) => error);
    expect(refused).toMatchObject({ code, at: at || undefined });
  },
);

test('the token that is spoiled is good', async () => {
  expect(await verify(write(GOOD), NOW)).toMatchObject({ issuer: BUILDKITE, audience: AUDIENCE });
});

test('an algorithm that the named issuer never uses is refused before the claims are read', async () => {
  const token = issuer.forge(JSON.stringify({ alg: 'PS256', kid: KEY_ID }), `{"iss":"${BUILDKITE}",`);
  expect(await codeOf(() => verify(token, NOW))).toBe('token_algorithm_refused');
});

test('of a payload that names two issuers, the algorithm is judged by the one whose token it is', async () => {
  const rows = rowsFrom(`
- preset: buildkite
- { issuer: https://plain.example, jwks_uri: https://plain.example/jwks, bind: [tenant], algorithms: [PS256] }
`);
  const claims = tokenClaims({
    iss: 'https://plain.example',
    note: BUILDKITE,
    aud: 'https://elsewhere.example',
  });
  const token = issuer.forge(JSON.stringify({ alg: 'PS256', kid: KEY_ID }), JSON.stringify(claims));
  expect(await codeOf(() => verifierOf(issuer, rows)(token, NOW))).toBe('token_audience_differs');
});
