import { beforeEach, describe, expect, test } from 'vitest';
import { testClouds } from '../harness/clouds.ts';
import { NOW } from '../harness/policy.ts';
import { createMint, SIGNING, STRANGE_SIGNING, UNTRUSTED_SIGNING } from '../harness/signing.ts';

const TENANT = '11111111-2222-4333-8444-555555555555';
const PUBLIC = `login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`;

const clouds = await testClouds();
beforeEach(() => clouds.reply());

type Form = { readonly [name: string]: string };

const mint = createMint('api://AzureADTokenExchange');

async function asked(token: string, form: Form = {}, to = PUBLIC) {
  const body = new URLSearchParams({
    client_id: '66666666-7777-4888-8999-000000000000',
    scope: 'https://management.azure.com/.default',
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: token,
    ...form,
  });
  const response = await fetch(`${clouds.setting.base}/${to}`, { method: 'POST', body });
  return { status: response.status, body: (await response.json()) as object };
}

test('a JWT of the trusted issuer buys a token of 60 to 90 minutes', async () => {
  expect(await asked(await mint())).toMatchObject({
    status: 200,
    body: { token_type: 'Bearer', expires_in: 4500, access_token: expect.stringMatching(/^local\./) },
  });
});

describe('T51: a JWT is refused', () => {
  test.each<[name: string, token: () => Promise<string>, code: number]>([
    ['for another cloud', () => mint({ audience: 'api://AzureADTokenExchangeChina' }), 700_212],
    ['of another issuer', () => mint({}, UNTRUSTED_SIGNING), 700_211],
    ['whose key nobody published', () => mint({}, STRANGE_SIGNING), 700_027],
    ['that has expired', () => mint({}, SIGNING, NOW - 300), 700_024],
    ['that is none', async () => 'a.b.c', 50_027],
  ])('%s', async (_name, token, code) => {
    expect(await asked(await token())).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_codes: [code] },
    });
  });
});

describe('a request is refused', () => {
  test.each<[name: string, code: number, form: Form, to?: string]>([
    ['of another grant', 70_003, { grant_type: 'password' }],
    ['of no application', 700_016, { client_id: 'web' }],
    ['with another assertion', 900_144, { client_assertion_type: 'saml2' }],
    ['for one permission', 1_002_012, { scope: 'https://management.azure.com/read' }],
    ['to every tenant', 90_002, {}, PUBLIC.replace(TENANT, 'common')],
    ['of version 1', 90_002, {}, PUBLIC.replace('/v2.0', '')],
    ['to another host', 90_002, {}, PUBLIC.replace('microsoftonline.com', 'example')],
  ])('%s', async (_name, code, form, to) => {
    expect(await asked(await mint(), form, to)).toMatchObject({ body: { error_codes: [code] } });
  });
});
