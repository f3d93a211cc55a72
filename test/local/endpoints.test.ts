import { beforeEach, describe, expect, test } from 'vitest';
import { testClouds } from '../harness/clouds.ts';
import { NOW } from '../harness/policy.ts';
import { createMint, SIGNING, STRANGE_SIGNING, UNTRUSTED_SIGNING } from '../harness/signing.ts';

const clouds = await testClouds();
beforeEach(() => clouds.reply());

type Members = { readonly [name: string]: string };

const ID = '4b2f7d1e-8c3a-4e5f-9a6b-1c2d3e4f5a6b';
const GRANT = 'urn:ietf:params:oauth:grant-type:';
const EXCHANGE = {
  grant_type: `${GRANT}token-exchange`,
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
};
const OPENAI = { ...EXCHANGE, identity_provider_id: 'idp-1', service_account_id: 'sa-1' };
const ANTHROPIC = {
  grant_type: `${GRANT}jwt-bearer`,
  federation_rule_id: 'fdrl_1',
  organization_id: ID,
  service_account_id: 'svac_1',
};
const BETA = { 'anthropic-beta': 'oidc-federation-2026-04-01' };

/** How each service is asked by its documentation, the JWT apart, and for how long its token lives. */
const REAL = {
  databricks: [
    'dbc-1.cloud.databricks.com/oidc/v1/token',
    'form',
    'subject_token',
    { ...EXCHANGE, client_id: ID, scope: 'all-apis' },
    300,
  ],
  openai: ['auth.openai.com/oauth/token', 'json', 'subject_token', OPENAI, 3600],
  anthropic: ['api.anthropic.com/v1/oauth/token', 'json', 'assertion', ANTHROPIC, 3600],
  openrouter: [
    'openrouter.ai/api/v1/oauth/token',
    'form',
    'subject_token',
    { ...EXCHANGE, federation_policy_id: ID },
    300,
  ],
} as const;
type Service = keyof typeof REAL;

const mintFor = (service: Service) => createMint(`${service}-of-acme`);

async function ask(service: Service, token: string, changes: Members = {}, headers: Members = BETA) {
  const [to, body, name, members] = REAL[service];
  const all = { ...members, [name]: token, ...changes };
  const response = await fetch(`${clouds.setting.base}/${to}`, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': body === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
    },
    body: body === 'json' ? JSON.stringify(all) : new URLSearchParams(all).toString(),
  });
  return { status: response.status, body: (await response.json()) as { readonly [name: string]: unknown } };
}

const SERVICES = Object.keys(REAL) as Service[];

describe.each(SERVICES)('a JWT for %s', service => {
  const mint = mintFor(service);
  test('buys a token of its kind', async () => {
    expect(await ask(service, await mint())).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', expires_in: REAL[service][4], access_token: expect.any(String) },
    });
  });

  test.each<[string, () => Promise<string>]>([
    ['of another service', () => mint({ audience: 'another' })],
    ['of another issuer', () => mint({}, UNTRUSTED_SIGNING)],
    ['whose key nobody published', () => mint({}, STRANGE_SIGNING)],
    ['that has expired', () => mint({}, SIGNING, NOW - 300)],
    ['of the future', () => mint({}, SIGNING, NOW + 1)],
    ['that is none', async () => 'a.b.c'],
  ])('T90: is refused %s', async (_name, token) => {
    expect(await ask(service, await token())).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  test('T08: counts once', async () => {
    const token = await mint();
    expect((await ask(service, token)).status).toBe(200);
    expect((await ask(service, token)).body).toMatchObject({ error: 'invalid_grant' });
  });

  test.each<[string, Members]>([
    ['of another grant', { grant_type: 'client_credentials' }],
    ['with what it does not know', { requested_subject: 'root' }],
  ])('is refused %s', async (_name, changes) => {
    expect(await ask(service, await mint(), changes)).toMatchObject({
      body: { error: 'invalid_request' },
    });
  });
});

test.each<[Service, Members]>([
  ['databricks', { scope: 'sql' }],
  ['databricks', { client_id: '' }],
  ['openai', { scope: 'all' }],
  ['anthropic', { federation_rule_id: 'rule' }],
  ['openrouter', { scope: 'management' }],
  ['openrouter', { federation_policy_id: 'mine' }],
])('%s refuses %j', async (service, changes) => {
  expect((await ask(service, await mintFor(service)(), changes)).status).toBe(400);
});

test('Anthropic wants the header of its federation', async () => {
  expect((await ask('anthropic', await mintFor('anthropic')(), {}, {})).body).toMatchObject({
    error: 'invalid_request',
  });
});
