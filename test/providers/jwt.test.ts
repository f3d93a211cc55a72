import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { createLocalSigner } from '../../lib/keys/local.ts';
import type { Signer } from '../../lib/keys/signer.ts';
import type { JwtTarget } from '../../lib/policy/targets/jwt.ts';
import { createJwtProvider } from '../../lib/providers/jwt.ts';
import { splitToken } from '../../lib/token/jws.ts';
import { providerContract } from '../contract/provider.ts';
import { codeOf, faultOf } from '../harness/code.ts';
import { grantFor, TRUST } from '../harness/grant.ts';
import { AUDIENCE, BUILDKITE, NOW } from '../harness/policy.ts';

const signer = createLocalSigner();
const broken: Signer = { ...signer, sign: () => Promise.reject(new Error('the key is gone')) };
function providerWith(using: Signer) {
  return createJwtProvider({ issuer: AUDIENCE, signer: using, randomId: () => 'one-of-a-kind' });
}

const PLAIN = `${TRUST}
jwt: { audience: https://api.test.example }
`;
const FULL = `${TRUST.trimEnd()}
    scopes: [read, write]
session: { seconds: 300 }
jwt:
  audience: https://api.test.example
  claims: { registry: acme, branch: "\${build_branch}", build: "\${build_number}" }
`;

function issue(yaml: string, now = NOW) {
  return providerWith(signer)(grantFor<JwtTarget>(yaml), now);
}

providerContract<JwtTarget>({
  provider: () => providerWith(signer),
  grant: () => grantFor(FULL),
  tolerance: 0,
  failures: { 'the key cannot be used': () => providerWith(broken) },
});

describe('our own access token', () => {
  test('T52: verifies with the keys that we publish, and is for one audience', async () => {
    const { token, expiresAt } = await issue(FULL, NOW + 0.75);
    const keys = createLocalJWKSet({ keys: [...(await signer.publicKeys())] });
    const { payload } = await jwtVerify(token, keys, {
      typ: 'at+jwt',
      issuer: AUDIENCE,
      audience: 'https://api.test.example',
      currentDate: new Date(NOW * 1000),
    });
    expect(payload).toEqual({
      iss: AUDIENCE,
      sub: 'role:tested',
      aud: 'https://api.test.example',
      client_id: BUILDKITE,
      scope: 'read write',
      iat: NOW,
      nbf: NOW,
      exp: NOW + 300,
      jti: 'one-of-a-kind',
      registry: 'acme',
      branch: 'main',
      build: '5',
    });
    expect(expiresAt).toBe(NOW + 300);
  });

  test('says nothing that the role does not put in', async () => {
    expect(Object.keys(decodeJwt((await issue(PLAIN)).token)).sort()).toEqual([
      'aud',
      'client_id',
      'exp',
      'iat',
      'iss',
      'jti',
      'nbf',
      'sub',
    ]);
  });

  test('T52: names its key, its algorithm and its type', async () => {
    const [key] = await signer.publicKeys();
    expect(decodeProtectedHeader((await issue(PLAIN)).token)).toEqual({
      alg: 'RS256',
      kid: key?.kid,
      typ: 'at+jwt',
    });
  });

  test('its session is its jti, so that two logs can be joined', async () => {
    const { session, token } = await issue(PLAIN);
    expect(session).toBe(decodeJwt(token).jti);
  });

  test('T13: can never be a subject token', async () => {
    const { token } = await issue(PLAIN);
    expect(faultOf(() => splitToken(token))[0]).toBe('token_type_refused');
  });

  test('is not there when the key cannot be used, which passes', async () => {
    expect(await codeOf(() => providerWith(broken)(grantFor<JwtTarget>(PLAIN), NOW))).toBe(
      'provider_unavailable',
    );
  });
});
