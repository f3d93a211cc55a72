import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Code } from '../../lib/errors.ts';
import type { GcpTarget } from '../../lib/policy/targets/gcp.ts';
import { createGcpProvider } from '../../lib/providers/gcp.ts';
import type { SigningSetting } from '../../lib/providers/signed.ts';
import { cloudContract } from '../contract/cloud.ts';
import { own, type Say, says, testClouds, withMembers } from '../harness/clouds.ts';
import { codeOf } from '../harness/code.ts';
import { grantFor, TRUST } from '../harness/grant.ts';
import { NOW } from '../harness/policy.ts';
import {
  BROKEN_SIGNING,
  ourClaims,
  SIGNING,
  STRANGE_SIGNING,
  UNTRUSTED_SIGNING,
} from '../harness/signing.ts';

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

function issue(yaml: string, using: SigningSetting = SIGNING, now = NOW) {
  return createGcpProvider(clouds.setting, using)(grantFor<GcpTarget>(yaml), now);
}
function formOf(index: number) {
  return Object.fromEntries(new URLSearchParams(clouds.asked[index]?.body));
}

describe.each([
  { way: 'the token of a pool’s principal', yaml: DIRECT },
  { way: 'the token of a service account', yaml: FULL },
])('$way', ({ yaml }) => {
  cloudContract<GcpTarget>({
    clouds,
    make: setting => createGcpProvider(setting, SIGNING),
    grant: () => grantFor(yaml),
    refusal: says(400, { error: 'invalid_grant', error_description: 'no' }),
    failures: { 'the key cannot be used': () => createGcpProvider(clouds.setting, BROKEN_SIGNING) },
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
    expect(decodeJwt(token)).toEqual(ourClaims(`https:${PROVIDER}`, { exp: NOW + 3600 }));
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

const EVERYTHING = DIRECT.replace('kite-sts }', 'kite-sts, scopes: [everything] }');
const OUR_CLOCK = 'broker_credentials_unavailable';

describe('Google does not take', () => {
  test.each<[string, Code, () => Promise<unknown>]>([
    [
      'a JWT of an issuer of which it was not told',
      'provider_refused',
      () => issue(DIRECT, UNTRUSTED_SIGNING),
    ],
    ['a JWT whose key it does not find', 'provider_unavailable', () => issue(DIRECT, STRANGE_SIGNING)],
    ['a JWT that has expired', OUR_CLOCK, () => issue(FULL, SIGNING, NOW - 301)],
    ['a JWT of the future', OUR_CLOCK, () => issue(FULL, SIGNING, NOW + 1)],
    ['a scope that there is not', 'provider_refused', () => issue(EVERYTHING)],
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
