import { beforeEach, describe, expect, test } from 'vitest';
import { createLocalSigner } from '../../lib/keys/local.ts';
import { testClouds } from '../harness/clouds.ts';
import { NOW } from '../harness/policy.ts';
import { APP_SIGNER, createMint, SIGNING, STRANGE_SIGNING, UNTRUSTED_SIGNING } from '../harness/signing.ts';

const clouds = await testClouds();
beforeEach(() => clouds.reply());

const ENDPOINT = 'https://buildkite.com/oauth/token';
const TYPES = 'urn:buildkite:params:oauth:token-type:';
type Claims = { readonly [name: string]: unknown };
type Form = { readonly [name: string]: string };

let made = 0;
function assertion(claims: Claims = {}, signer = APP_SIGNER): Promise<string> {
  return signer.sign('JWT', {
    iss: 'app',
    sub: 'app',
    aud: ENDPOINT,
    iat: NOW,
    exp: NOW + 300,
    jti: `${++made}`,
    ...claims,
  });
}

async function asked(client_assertion: string, form: Form = {}, path = 'oauth/token') {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion,
    subject_token: 'bot@acme.example',
    subject_token_type: `${TYPES}user-email`,
    audience: 'acme',
    scope: 'write_packages',
    ...form,
  });
  const response = await fetch(`${clouds.setting.base}/buildkite.com/${path}`, { method: 'POST', body });
  return { status: response.status, body: (await response.json()) as Claims };
}

test('an assertion of an app buys a token with the scopes that were asked for', async () => {
  expect(await asked(await assertion(), { expires_in: '600' })).toEqual({
    status: 200,
    body: {
      access_token: expect.stringMatching(/^bktx_local/),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'write_packages',
    },
  });
});

test('a token lives for a day at most, and for half a minute at least', async () => {
  expect((await asked(await assertion(), { expires_in: '86401' })).body).toMatchObject({
    expires_in: 86_400,
  });
  expect((await asked(await assertion(), { expires_in: '1' })).body).toMatchObject({ expires_in: 30 });
});

describe('an assertion is refused', () => {
  const strange = createLocalSigner();
  test.each<[string, () => Promise<string>]>([
    ['of a key that is no app’s', () => assertion({}, strange)],
    ['that is none', async () => 'a.b.c'],
    ['for somebody else', () => assertion({ sub: 'other' })],
    ['of nobody', () => assertion({ iss: '', sub: '' })],
    ['for another endpoint', () => assertion({ aud: 'https://buildkite.com' })],
    ['that has expired', () => assertion({ exp: NOW })],
    ['that lives for more than five minutes', () => assertion({ exp: NOW + 301 })],
  ])('%s', async (_name, token) => {
    expect(await asked(await token())).toMatchObject({ status: 400, body: { error: 'invalid_client' } });
  });

  test('T08: that was used before; one that bought nothing was not', async () => {
    const once = await assertion();
    expect((await asked(once, { scope: 'everything' })).body).toMatchObject({ error: 'invalid_scope' });
    expect((await asked(once)).status).toBe(200);
    expect((await asked(once)).body).toMatchObject({ error: 'invalid_client' });
  });
});

describe('a request is refused', () => {
  test.each<[string, Form, string]>([
    ['of another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['for nobody', { subject_token: '' }, 'invalid_request'],
    ['for a user by their name', { subject_token_type: `${TYPES}user-name` }, 'invalid_request'],
    ['for a UUID that is none', { subject_token_type: `${TYPES}user-uuid` }, 'invalid_request'],
    ['in no organization', { audience: '' }, 'invalid_target'],
    ['without scopes', { scope: '' }, 'invalid_scope'],
  ])('%s', async (_name, form, error) => {
    expect(await asked(await assertion(), form)).toMatchObject({ status: 400, body: { error } });
  });

  test('at another path', async () => {
    expect((await asked(await assertion(), {}, 'v2/access-token')).status).toBe(404);
  });
});

describe('a workload identity', () => {
  const mint = createMint('https://buildkite.com/acme');
  const identity = (token: string, form: Form = {}) =>
    fetch(`${clouds.setting.base}/buildkite.com/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'wi_1',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: token,
        scope: 'read_builds',
        ...form,
      }),
    }).then(async answer => ({ status: answer.status, body: (await answer.json()) as Claims }));

  test('that trusts our JWT buys a token with its scopes', async () => {
    expect(await identity(await mint())).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 3600, scope: 'read_builds' },
    });
  });

  test('T08: takes a JWT once', async () => {
    const token = await mint();
    expect((await identity(token)).status).toBe(200);
    expect((await identity(token)).body).toMatchObject({ error: 'invalid_client' });
  });

  test.each<[string, () => Promise<string>]>([
    ['for another audience', () => mint({ audience: 'https://sts.test.example' })],
    ['of another issuer', () => mint({}, UNTRUSTED_SIGNING)],
    ['whose key nobody published', () => mint({}, STRANGE_SIGNING)],
    ['that has expired', () => mint({}, SIGNING, NOW - 300)],
    ['that is none', async () => 'a.b.c'],
  ])('T90: refuses a JWT %s', async (_name, token) => {
    expect((await identity(await token())).body).toMatchObject({ error: 'invalid_client' });
  });

  test.each<[string, Form, string]>([
    ['without a client', { client_id: '' }, 'invalid_request'],
    ['with what it does not know', { expires_in: '60' }, 'invalid_request'],
    ['for a scope that such a token cannot have', { scope: 'write_packages' }, 'invalid_scope'],
  ])('refuses a request %s', async (_name, form, error) => {
    expect((await identity(await mint(), form)).body).toMatchObject({ error });
  });
});
