import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { createClaimSigner, FEDERATION_TOKEN, type SaidClaims } from '../../lib/providers/signed.ts';
import { codeOf } from '../harness/code.ts';
import { AUDIENCE, NOW } from '../harness/policy.ts';
import { BROKEN_SIGNING, SIGNING, TRUSTED } from '../harness/signing.ts';

/** The longest name that a role can have. */
const SAID: SaidClaims = { subject: `role:${'a'.repeat(64)}`, audience: 'sts.amazonaws.com', seconds: 300 };
function made(said: Partial<SaidClaims> = {}, now = NOW) {
  return createClaimSigner(SIGNING)(FEDERATION_TOKEN, { ...SAID, ...said }, now);
}

describe('what relying parties demand of a JWT is so', () => {
  const DEMANDS: readonly (readonly [
    who: string,
    what: string,
    holds: (claims: JWTPayload, header: object) => boolean,
  ])[] = [
    ['AWS, Google and Entra', 'iss is our URL to the letter', ({ iss }) => iss === AUDIENCE],
    ['AWS, Google and Entra', 'aud is one text', ({ aud }) => aud === 'sts.amazonaws.com'],
    ['AWS, Google and Entra', 'sub is text', ({ sub }) => sub === SAID.subject],
    ['Google', 'sub has at most 127 bytes', ({ sub = '' }) => Buffer.byteLength(sub) <= 127],
    ['Entra', 'sub has at most 600 characters', ({ sub = '' }) => sub.length <= 600],
    ['AWS', 'times are whole numbers', ({ iat, nbf, exp }) => [iat, nbf, exp].every(Number.isInteger)],
    ['Google', 'iat is not in the future', ({ iat = 0 }) => iat <= NOW + 0.9],
    ['Google', 'exp is within a day of iat', ({ iat = 0, exp = 0 }) => exp > iat && exp - iat < 86_400],
    ['AWS, Google and Entra', 'RS256', (_, header) => 'alg' in header && header.alg === 'RS256'],
    ['AWS, Google and Entra', 'kid', (_, header) => 'kid' in header && typeof header.kid === 'string'],
  ];

  test.each(DEMANDS)('%s: %s', async (_who, _what, holds) => {
    const { token } = await made({}, NOW + 0.9);
    expect(holds(decodeJwt(token), decodeProtectedHeader(token))).toBe(true);
  });

  test('T52: and it verifies with the keys that we publish, is for one audience, ends, and has an id', async () => {
    const { token, id, expiresAt } = await made();
    const { payload } = await jwtVerify(
      token,
      createLocalJWKSet({ keys: [...(await TRUSTED.publicKeys())] }),
      { typ: 'JWT', issuer: AUDIENCE, audience: 'sts.amazonaws.com', currentDate: new Date(NOW * 1000) },
    );
    expect(payload).toMatchObject({ jti: id, exp: expiresAt });
  });
});

test('T52: no claim of a role stands in the place of one that the broker sets', async () => {
  const claims = Object.fromEntries(
    ['iss', 'sub', 'aud', 'iat', 'nbf', 'exp', 'jti'].map(name => [name, 'x']),
  );
  const { token } = await made({ claims: { ...claims, team: 'web' } });
  expect(decodeJwt(token)).toEqual({ ...decodeJwt((await made()).token), team: 'web' });
});

test('a key that cannot be used passes, and the log is told', async () => {
  expect(await codeOf(() => createClaimSigner(BROKEN_SIGNING)(FEDERATION_TOKEN, SAID, NOW))).toBe(
    'provider_unavailable',
  );
});
