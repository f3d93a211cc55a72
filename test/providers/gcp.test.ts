import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Code } from '../../lib/errors.ts';
import type { GcpTarget } from '../../lib/policy/targets/gcp.ts';
import { createGcpProvider } from '../../lib/providers/gcp.ts';
import type { SigningSetting } from '../../lib/providers/signed.ts';
import { providerContract } from '../contract/provider.ts';
import { own, type Say, says, testClouds, withMembers } from '../harness/clouds.ts';
import { codeOf } from '../harness/code.ts';
import { grantFor, TRUST } from '../harness/grant.ts';
import { AUDIENCE, NOW } from '../harness/policy.ts';
import { BROKEN_SIGNING, SIGNING, STRANGE_SIGNING } from '../harness/signing.ts';

const clouds = await testClouds();
beforeEach(() => clouds.reply());

const PROVIDER =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts';
const ACCOUNT = 'deploy@acme-prod.iam.gserviceaccount.com';
const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';
const STORAGE = 'https://www.googleapis.com/auth/devstorage.read_write';

const DIRECT = `${TRUST}
gcp: { audience: ${PROVIDER} }
`;
const FULL = `${TRUST}
session: { seconds: 1200, max_seconds: 43200 }
gcp:
  audience: ${PROVIDER}
  service_account: ${ACCOUNT}
  delegates: [first@acme-prod.iam.gserviceaccount.com]
  scopes: [${STORAGE}]
`;

function provider(using: SigningSetting = SIGNING) {
  return createGcpProvider(clouds.setting, using);
}
function issue(yaml: string, using: SigningSetting = SIGNING) {
  return provider(using)(grantFor<GcpTarget>(yaml), NOW);
}
function formOf(index: number) {
  return Object.fromEntries(new URLSearchParams(clouds.asked[index]?.body));
}

function failing(...replies: Say[]) {
  return () => {
    clouds.reply(...replies);
    return provider();
  };
}

describe.each([
  { way: 'the token of a pool’s principal', yaml: DIRECT },
  { way: 'the token of a service account', yaml: FULL },
])('$way', ({ yaml }) => {
  providerContract<GcpTarget>({
    provider: () => provider(),
    grant: () => grantFor(yaml),
    tolerance: 60,
    failures: {
      'the other side refuses': failing(says(400, { error: 'invalid_grant', error_description: 'no' })),
      'it answers with a page': failing(says(200, '<html></html>')),
      'its answer is truncated': failing(says(200, '{"access_token":"ya29')),
      'it is asked too often': failing(says(429, { error: 'slow_down' })),
      'it fails': failing(says(500, { error: 'server_error' })),
      'it breaks the connection': failing(() => undefined),
      'the key cannot be used': () => provider(BROKEN_SIGNING),
      'nobody is there': () => createGcpProvider({ base: 'http://127.0.0.1:9', random: () => 0 }, SIGNING),
    },
  });
});

describe('Google is asked for exactly what the grant says', () => {
  test('T51: of a role that names a provider alone', async () => {
    await issue(DIRECT);
    const { subject_token: token = '', ...form } = formOf(0);
    expect(clouds.asked.map(({ path }) => path)).toEqual(['/sts.googleapis.com/v1/token']);
    expect(form).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: PROVIDER,
      scope: CLOUD_PLATFORM,
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    });
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    expect(decodeJwt(token)).toEqual({
      iss: AUDIENCE,
      sub: 'role:tested',
      aud: `https:${PROVIDER}`,
      iat: NOW,
      nbf: NOW,
      exp: NOW + 3600,
      jti: 'one-of-a-kind',
    });
  });

  test('T51: of a role that names a service account, which alone gets the scopes', async () => {
    const { token } = await issue(FULL);
    expect(formOf(0)).toMatchObject({ scope: 'https://www.googleapis.com/auth/iam' });
    expect(decodeJwt(formOf(0)['subject_token'] ?? '').exp).toBe(NOW + 300);
    const [, second] = clouds.asked;
    expect(second?.path).toBe(
      `/iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${ACCOUNT}:generateAccessToken`,
    );
    expect(JSON.parse(second?.body ?? '')).toEqual({
      scope: [STORAGE],
      lifetime: '1200s',
      delegates: ['projects/-/serviceAccounts/first@acme-prod.iam.gserviceaccount.com'],
    });
    expect(second?.headers.authorization).toMatch(/^Bearer ya29\./);
    expect(second?.headers.authorization).not.toBe(`Bearer ${token}`);
  });

  test('and its answer is the credential', async () => {
    clouds.reply(withMembers({ access_token: 'ya29.c.first' }));
    expect(await issue(DIRECT)).toEqual({
      kind: 'gcp',
      token: 'ya29.c.first',
      expiresAt: NOW + 3600,
      session: 'one-of-a-kind',
    });
    clouds.reply(own, withMembers({ accessToken: 'ya29.c.second' }));
    expect(await issue(FULL)).toMatchObject({ token: 'ya29.c.second', expiresAt: NOW + 1200 });
  });
});

describe('Google does not take', () => {
  test.each<[string, Code, () => Promise<unknown>]>([
    [
      'a JWT of an issuer that it was not told of',
      'provider_refused',
      () => issue(DIRECT, { ...SIGNING, issuer: 'https://a.example' }),
    ],
    ['a JWT whose key it does not find', 'provider_unavailable', () => issue(DIRECT, STRANGE_SIGNING)],
    [
      'a JWT that has expired',
      'broker_credentials_unavailable',
      () => provider()(grantFor<GcpTarget>(FULL), NOW - 301),
    ],
    [
      'a JWT of the future',
      'broker_credentials_unavailable',
      () => provider()(grantFor<GcpTarget>(FULL), NOW + 1),
    ],
    [
      'a scope that there is not',
      'provider_refused',
      () => issue(DIRECT.replace('kite-sts }', 'kite-sts, scopes: [everything] }')),
    ],
  ])('%s: %s', async (_name, is, work) => {
    expect(await codeOf(work)).toBe(is);
    expect(clouds.asked).toHaveLength(is === 'provider_unavailable' ? 3 : 1);
  });
});

function broken(members: object): Say[] {
  return [withMembers(members)];
}

describe('an answer that was not asked for is refused', () => {
  test.each<[name: string, yaml: string, replies: Say[]]>([
    ['that lives longer', DIRECT, broken({ expires_in: 3661 })],
    [
      'that is only to become a service account, and lives for twelve hours',
      FULL,
      broken({ expires_in: 43_200 }),
    ],
    ['that has expired', DIRECT, broken({ expires_in: 0 })],
    ['that ends in five seconds', DIRECT, broken({ expires_in: 5 })],
    ['of another kind', DIRECT, broken({ issued_token_type: 'urn:ietf:params:oauth:token-type:jwt' })],
    ['without a scope', DIRECT, broken({ scope: '' })],
    ['of an account that ends long before', FULL, [own, ...broken({ expireTime: '2027-01-15T08:01:01Z' })]],
    ['without an end', DIRECT, broken({ expires_in: undefined })],
    ['whose end is text', DIRECT, broken({ expires_in: '3600' })],
    ['without a token', DIRECT, broken({ access_token: undefined })],
    ['with a token of two lines', DIRECT, broken({ access_token: 'a\nb' })],
    ['of another type', DIRECT, broken({ token_type: 'N_A' })],
    ['T51: with more scopes', DIRECT, broken({ scope: `${CLOUD_PLATFORM} ${STORAGE}` })],
    ['of an account that lives longer', FULL, [own, ...broken({ expireTime: '2027-01-15T08:21:01Z' })]],
    ['of an account without an end', FULL, [own, ...broken({ expireTime: undefined })]],
    ['of an account without a token', FULL, [own, ...broken({ accessToken: '' })]],
  ])('%s', async (_name, yaml, replies) => {
    clouds.reply(...replies);
    expect(await codeOf(() => issue(yaml))).toBe('provider_refused');
    expect(clouds.asked).toHaveLength(replies.length);
  });

  test('and one that it may have is not', async () => {
    clouds.reply(withMembers({ scope: CLOUD_PLATFORM, token_type: 'bearer', expires_in: 3599 }));
    expect(await issue(DIRECT)).toMatchObject({ expiresAt: NOW + 3599 });
  });
});

test('T48: what the service account is refused is not asked for again, nor with less', async () => {
  clouds.reply(own, says(403, { error: { code: 403, status: 'PERMISSION_DENIED', message: 'no' } }));
  expect(await codeOf(() => issue(FULL))).toBe('provider_refused');
  expect(clouds.asked).toHaveLength(2);
});
