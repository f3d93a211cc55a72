import { beforeEach, describe, expect, test } from 'vitest';
import {
  createClaimSigner,
  FEDERATION_TOKEN,
  type SaidClaims,
  type SigningSetting,
} from '../../lib/providers/signed.ts';
import { testClouds } from '../harness/clouds.ts';
import { NOW } from '../harness/policy.ts';
import { SIGNING, STRANGE_SIGNING } from '../harness/signing.ts';

const TENANT = '11111111-2222-4333-8444-555555555555';
const PUBLIC = `login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`;

const clouds = await testClouds();
beforeEach(() => clouds.reply());

type Form = { readonly [name: string]: string };

async function jwt(
  said: Partial<SaidClaims> = {},
  using: SigningSetting = SIGNING,
  now = NOW,
): Promise<string> {
  const whole = { subject: 'role:deploy', audience: 'api://AzureADTokenExchange', seconds: 300, ...said };
  return (await createClaimSigner(using)(FEDERATION_TOKEN, whole, now)).token;
}

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
  expect(await asked(await jwt())).toMatchObject({
    status: 200,
    body: { token_type: 'Bearer', expires_in: 4500, access_token: expect.stringMatching(/^local\./) },
  });
});

describe('T51: a JWT is refused', () => {
  test.each<[name: string, token: () => Promise<string>, code: number]>([
    ['for another cloud', () => jwt({ audience: 'api://AzureADTokenExchangeChina' }), 700_212],
    ['of another issuer', () => jwt({}, { ...SIGNING, issuer: 'https://a.example' }), 700_211],
    ['whose key nobody published', () => jwt({}, STRANGE_SIGNING), 700_027],
    ['that has expired', () => jwt({}, SIGNING, NOW - 300), 700_024],
    ['that is none', async () => 'a.b.c', 50_027],
  ])('%s', async (_name, token, code) => {
    expect(await asked(await token())).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_codes: [code] },
    });
  });
});

describe('a request is refused', () => {
  test.each<{ name: string; form?: Form; to?: string; code: number }>([
    { name: 'of another grant', form: { grant_type: 'password' }, code: 70_003 },
    { name: 'of no application', form: { client_id: 'web' }, code: 700_016 },
    { name: 'with another assertion', form: { client_assertion_type: 'saml2' }, code: 900_144 },
    { name: 'for one permission', form: { scope: 'https://management.azure.com/read' }, code: 1_002_012 },
    { name: 'to every tenant', to: PUBLIC.replace(TENANT, 'common'), code: 90_002 },
    { name: 'of version 1', to: PUBLIC.replace('/v2.0', ''), code: 90_002 },
    { name: 'to another host', to: PUBLIC.replace('microsoftonline.com', 'example'), code: 90_002 },
  ])('$name', async ({ form, to, code }) => {
    expect(await asked(await jwt(), form, to)).toMatchObject({ body: { error_codes: [code] } });
  });
});
