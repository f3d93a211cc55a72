import { beforeEach, describe, expect, test } from 'vitest';
import { testClouds } from '../harness/clouds.ts';
import { NOW } from '../harness/policy.ts';
import { createMint, SIGNING, STRANGE_SIGNING, UNTRUSTED_SIGNING } from '../harness/signing.ts';

const POOL =
  '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts';
const TYPE = 'urn:ietf:params:oauth:token-type:';
const PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';
const GENERATE = 'v1/projects/-/serviceAccounts/a@b.iam.gserviceaccount.com:generateAccessToken';

const clouds = await testClouds();
beforeEach(() => clouds.reply());

type Form = { readonly [name: string]: string };
type Answer = { readonly status: number; readonly body: { readonly [name: string]: unknown } };

async function answer(response: Response): Promise<Answer> {
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const mint = createMint(`https:${POOL}`, 3600);

async function exchanged(token: string, form: Form = {}): Promise<Answer> {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: POOL,
    scope: PLATFORM,
    requested_token_type: `${TYPE}access_token`,
    subject_token: token,
    subject_token_type: `${TYPE}jwt`,
    ...form,
  });
  return answer(await fetch(`${clouds.setting.base}/sts.googleapis.com/v1/token`, { method: 'POST', body }));
}

async function generated(token: string, body: unknown): Promise<Answer> {
  return answer(
    await fetch(`${clouds.setting.base}/iamcredentials.googleapis.com/${GENERATE}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    }),
  );
}

test('a JWT of the trusted issuer buys a token that lives no longer than the JWT, and an hour at most', async () => {
  expect(await exchanged(await mint({ seconds: 300 }))).toMatchObject({
    status: 200,
    body: { token_type: 'Bearer', expires_in: 300, issued_token_type: `${TYPE}access_token` },
  });
  expect((await exchanged(await mint({ seconds: 7200 }))).body['expires_in']).toBe(3600);
});

describe('T51: a JWT is refused', () => {
  test.each<[name: string, token: () => Promise<string>]>([
    ['for another provider', () => mint({ audience: `https:${POOL}-2` })],
    ['without the scheme in its audience', () => mint({ audience: POOL })],
    ['of another issuer', () => mint({}, UNTRUSTED_SIGNING)],
    ['whose key nobody published', () => mint({}, STRANGE_SIGNING)],
    ['that has expired', () => mint({ seconds: 60 }, SIGNING, NOW - 60)],
    ['of the future', () => mint({}, SIGNING, NOW + 1)],
    ['that lives for more than a day', () => mint({ seconds: 86_401 })],
    ['whose subject is longer than 127 bytes', () => mint({ subject: 'x'.repeat(128) })],
    ['without a subject', () => mint({ subject: '' })],
    [
      'that was changed',
      async () => (await mint()).replace(/.(?=.{9}$)/, each => (each === 'A' ? 'B' : 'A')),
    ],
    ['that is none', async () => 'a.b.c'],
  ])('%s', async (_name, token) => {
    expect(await exchanged(await token())).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });
});

describe('a request is refused', () => {
  test.each<[name: string, form: Form, error: string]>([
    ['of another grant', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    ['for no provider of a pool', { audience: `https:${POOL}` }, 'invalid_request'],
    ['for an ID token', { requested_token_type: `${TYPE}id_token` }, 'invalid_request'],
    ['with another token', { subject_token_type: `${TYPE}saml2` }, 'invalid_request'],
    ['without a scope', { scope: '' }, 'invalid_scope'],
    ['with a scope that there is not', { scope: `${PLATFORM} all` }, 'invalid_scope'],
  ])('%s', async (_name, form, error) => {
    expect(await exchanged(await mint(), form)).toMatchObject({ status: 400, body: { error } });
  });
});

describe('a service account', () => {
  const token = async (scope = PLATFORM) =>
    String((await exchanged(await mint(), { scope })).body['access_token']);

  test('gives a token for as long as is asked', async () => {
    expect(await generated(await token(), { scope: [PLATFORM], lifetime: '43200s' })).toMatchObject({
      status: 200,
      body: { accessToken: expect.stringMatching(/^ya29\./), expireTime: '2027-01-15T20:00:00Z' },
    });
  });

  test.each<[name: string, body: unknown, status: number, scope?: string]>([
    ['without scopes', { scope: [] }, 400],
    ['for more than twelve hours', { scope: [PLATFORM], lifetime: '43201s' }, 400],
    ['for a time that is none', { scope: [PLATFORM], lifetime: 3600 }, 400],
    ['by a delegate that is none', { scope: [PLATFORM], delegates: ['a'] }, 400],
    [
      'to a token without the right to ask',
      { scope: [PLATFORM] },
      403,
      'https://www.googleapis.com/auth/devstorage.read_only',
    ],
  ])('gives none %s', async (_name, body, status, scope) => {
    expect((await generated(await token(scope), body)).status).toBe(status);
  });

  test('gives none to a token that Google did not make', async () => {
    expect((await generated('ya29.forged', { scope: [PLATFORM] })).status).toBe(401);
  });
});

test.each(['sts.googleapis.com/v2/token', 'storage.googleapis.com/v1/token'])(
  'nothing answers at %s',
  async path => {
    expect((await fetch(`${clouds.setting.base}/${path}`, { method: 'POST' })).status).toBe(404);
  },
);
