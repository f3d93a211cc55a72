import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { BrokerError, type Code } from '../../lib/errors.ts';
import type { OauthTarget } from '../../lib/policy/targets/oauth.ts';
import { createOauthProvider } from '../../lib/providers/oauth.ts';
import type { SigningSetting } from '../../lib/providers/signed.ts';
import { cloudContract } from '../contract/cloud.ts';
import { own, type Say, says, testClouds, withMembers } from '../harness/clouds.ts';
import { codeOf } from '../harness/code.ts';
import { grantFor, TRUST } from '../harness/grant.ts';
import { ENDPOINTS, endpointsFrom, NOW } from '../harness/policy.ts';
import {
  BROKEN_SIGNING,
  ourClaims,
  SIGNING,
  STRANGE_SIGNING,
  UNTRUSTED_SIGNING,
} from '../harness/signing.ts';

const clouds = await testClouds();
beforeEach(() => clouds.reply());

function role(oauth: string): string {
  return `${TRUST}\noauth: { ${oauth} }\n`;
}
const EXCHANGE = role('endpoint: exchange, parameters: { account: deploy }, scopes: [read, write]');
const ID = '4b2f7d1e-8c3a-4e5f-9a6b-1c2d3e4f5a6b';

/** Each JWT has an id of its own, as in a deployment. */
let ids = 0;
const COUNTED: SigningSetting = { ...SIGNING, randomId: () => `id-${++ids}` };
function issue(yaml = EXCHANGE, using = COUNTED, now = NOW) {
  return createOauthProvider(clouds.setting, using)(grantFor<OauthTarget>(yaml), now);
}

/** A role at each endpoint: one of each preset, and one of each grant. */
const ROLES = {
  exchange: EXCHANGE,
  bearer: role('endpoint: bearer, scopes: [a]'),
  client: role('endpoint: client, parameters: { client_id: web }, scopes: [a]'),
  databricks: role(`endpoint: databricks, parameters: { client_id: ${ID} }, scopes: [all-apis]`),
  openai: role('endpoint: openai, parameters: { identity_provider_id: a, service_account_id: b }'),
  anthropic: role(
    `endpoint: anthropic, parameters: { federation_rule_id: fdrl_1, organization_id: ${ID}, service_account_id: svac_1 }`,
  ),
  openrouter: role(`endpoint: openrouter, parameters: { federation_policy_id: ${ID} }, scopes: [inference]`),
  buildkite: role('endpoint: buildkite, parameters: { client_id: wi_1 }, scopes: [read_builds]'),
};

test('every endpoint of the tests has a role here', () => {
  expect(Object.keys(ROLES).sort()).toEqual([...endpointsFrom(ENDPOINTS).keys()].sort());
});

for (const [endpoint, yaml] of Object.entries(ROLES))
  describe(`at ${endpoint}`, () => {
    cloudContract<OauthTarget>({
      clouds,
      make: setting => createOauthProvider(setting, COUNTED),
      grant: () => grantFor(yaml),
      refusal: says(400, { error: 'invalid_grant' }),
      failures: { 'the key cannot be used': () => createOauthProvider(clouds.setting, BROKEN_SIGNING) },
    });
  });

const GRANT = 'urn:ietf:params:oauth:grant-type:';
const BEARER = { grant_type: `${GRANT}jwt-bearer` };
const EXCHANGED = {
  grant_type: `${GRANT}token-exchange`,
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
};
const CREDENTIALS = {
  grant_type: 'client_credentials',
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
};

/** Where each is asked, what its JWT is called, and what stands beside it. */
const QUESTIONS: readonly (readonly [
  endpoint: keyof typeof ROLES,
  to: string,
  token: string,
  beside: object,
])[] = [
  [
    'exchange',
    'login.acme.example/oauth/token',
    'subject_token',
    { ...EXCHANGED, account: 'deploy', resource: 'https://api.acme.example', scope: 'read write' },
  ],
  ['bearer', 'bearer.acme.example/t', 'assertion', { ...BEARER, scope: 'a' }],
  [
    'client',
    'client.acme.example/oauth/token',
    'client_assertion',
    { ...CREDENTIALS, client_id: 'web', scope: 'a' },
  ],
  [
    'databricks',
    'dbc-1.cloud.databricks.com/oidc/v1/token',
    'subject_token',
    { ...EXCHANGED, client_id: ID, scope: 'all-apis' },
  ],
  [
    'openai',
    'auth.openai.com/oauth/token',
    'subject_token',
    { ...EXCHANGED, identity_provider_id: 'a', service_account_id: 'b' },
  ],
  [
    'anthropic',
    'api.anthropic.com/v1/oauth/token',
    'assertion',
    { ...BEARER, federation_rule_id: 'fdrl_1', organization_id: ID, service_account_id: 'svac_1' },
  ],
  [
    'openrouter',
    'openrouter.ai/api/v1/oauth/token',
    'subject_token',
    { ...EXCHANGED, federation_policy_id: ID, scope: 'inference' },
  ],
];
/** All others are sent a form. */
const BY_JSON = ['bearer', 'openai', 'anthropic'];
/** All others have an audience of their own in the rows of the tests. */
const BY_HOST = ['exchange', 'bearer', 'client'];

test.each(QUESTIONS)(
  'T90: %s is asked for exactly what the grant says',
  async (endpoint, to, token, beside) => {
    expect(await issue(ROLES[endpoint])).toMatchObject({ kind: 'oauth', session: `id-${ids}` });
    const [{ path, body } = { path: '', body: '' }] = clouds.asked;
    expect(path).toBe(`/${to}`);
    const sent = BY_JSON.includes(endpoint)
      ? JSON.parse(body)
      : Object.fromEntries(new URLSearchParams(body));
    const { [token]: jwt, ...rest } = sent;
    expect(rest).toEqual(beside);
    expect(decodeProtectedHeader(jwt)).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    const audience = BY_HOST.includes(endpoint) ? `https://${to.split('/')[0]}` : `${endpoint}-of-acme`;
    expect(decodeJwt(jwt)).toEqual(ourClaims(audience, { jti: `id-${ids}` }));
  },
);

test('an attempt that is made again has a JWT of its own, since the id of one counts once', async () => {
  clouds.reply(says(503, ''), own);
  expect(await issue()).toMatchObject({ session: `id-${ids}` });
  const tokens = clouds.asked.map(
    ({ body }) => decodeJwt(new URLSearchParams(body).get('subject_token') ?? '').jti,
  );
  expect(new Set(tokens).size).toBe(2);
});

test('a refresh token is dropped, with all that was not asked for', async () => {
  clouds.reply(withMembers({ refresh_token: 'r', id_token: 'i' }));
  expect(Object.keys(await issue()).sort()).toEqual(['expiresAt', 'kind', 'session', 'token']);
});

test('RFC 6749 §5.1: no scope in the answer is the scope that was asked for', async () => {
  clouds.reply(withMembers({ scope: undefined }));
  expect(await issue()).toMatchObject({ kind: 'oauth' });
});

test('a shorter life is taken: the service says how long', async () => {
  clouds.reply(withMembers({ expires_in: 120 }));
  expect(await issue()).toMatchObject({ expiresAt: NOW + 120 });
});

const REFRESH_TOKEN = 'urn:ietf:params:oauth:token-type:refresh_token';

describe('T91: an answer that was not asked for is refused', () => {
  const elsewhere = (status: number) => () => ({ status, body: '', headers: { location: '/evil.example/' } });
  test.each<[name: string, say: Say, code?: Code]>([
    ['that lives longer', withMembers({ expires_in: 3661 })],
    ['that has expired', withMembers({ expires_in: 0 })],
    ['that never ends', withMembers({ expires_in: undefined })],
    ['whose end is text', withMembers({ expires_in: '3600' })],
    ['with wider scopes', withMembers({ scope: 'read write admin' })],
    ['with fewer scopes, which the audit event would not tell', withMembers({ scope: 'read' })],
    ['of another type', withMembers({ token_type: 'DPoP' })],
    ['of no type', withMembers({ token_type: undefined })],
    ['that is another kind of token', withMembers({ issued_token_type: REFRESH_TOKEN })],
    ['without a token', withMembers({ access_token: undefined })],
    ['that could not stand in a header', withMembers({ access_token: 'a\r\nX-Evil: 1' })],
    ['that is too long', withMembers({ access_token: 'a'.repeat(8193) })],
    ['that is a page', says(200, '<html><body>Sign in</body></html>'), 'provider_unavailable'],
    ['that points elsewhere', elsewhere(307)],
    ['that points elsewhere for good', elsewhere(301)],
  ])('%s', async (_name, say, code = 'provider_refused') => {
    clouds.reply(say);
    expect(await codeOf(issue)).toBe(code);
    expect(clouds.asked).toHaveLength(1);
  });
});

const OUR_CLOCK = 'broker_credentials_unavailable';

describe('a refusal says whose turn it is', () => {
  test.each<[string, Code, () => Promise<unknown>]>([
    ['an issuer that it does not trust', 'provider_refused', () => issue(EXCHANGE, UNTRUSTED_SIGNING)],
    ['a JWT whose key it does not find', 'broker_misconfigured', () => issue(EXCHANGE, STRANGE_SIGNING)],
    ['a JWT that has expired', OUR_CLOCK, () => issue(EXCHANGE, SIGNING, NOW - 301)],
    ['a JWT of the future', OUR_CLOCK, () => issue(EXCHANGE, SIGNING, NOW + 1)],
  ])('%s: %s', async (_name, code, work) => {
    expect(await codeOf(work)).toBe(code);
    expect(clouds.asked).toHaveLength(1);
  });

  test.each<[number, object, Code]>([
    [400, { error: 'invalid_grant' }, 'provider_refused'],
    [401, { error: 'invalid_client' }, 'provider_refused'],
    [403, { error: 'access_denied' }, 'provider_refused'],
    [400, { error: 'invalid_scope' }, 'provider_refused'],
    [400, { error: 'invalid_target' }, 'provider_refused'],
    [400, { error: 'unsupported_grant_type' }, 'broker_misconfigured'],
    [400, { error: 'invalid_request' }, 'broker_misconfigured'],
    [400, { error: 'invalid_client', error_description: 'JWT has already been used (jti)' }, OUR_CLOCK],
    [400, { error: 'invalid_grant', error_description: 'could not fetch the JWKS' }, 'broker_misconfigured'],
    [400, { error: 'temporarily_unavailable' }, 'provider_unavailable'],
    [
      401,
      { type: 'error', error: { type: 'authentication_error', message: 'no rule matches' } },
      'provider_refused',
    ],
    [
      403,
      { error: { message: 'no mapping', type: 'invalid_request_error', code: 'forbidden' } },
      'provider_refused',
    ],
    [408, {}, 'provider_unavailable'],
    [429, {}, 'provider_unavailable'],
    [503, {}, 'provider_unavailable'],
  ])('%i %j', async (status, body, code) => {
    clouds.reply(says(status, body));
    expect(await codeOf(issue)).toBe(code);
  });
});

describe('T91: an address is judged when connecting, as that of an issuer', () => {
  const at = (url: string, allowPrivateNetwork: boolean) => {
    const grant = grantFor<OauthTarget>(EXCHANGE);
    return { ...grant, target: { ...grant.target, url, allowPrivateNetwork } };
  };
  const found = (address: string) =>
    createOauthProvider(
      { random: () => 0, resolve: (_name, done) => done(null, [{ address, family: 4 }]) },
      COUNTED,
    );

  test.each([
    ['this host', 'https://127.0.0.1:9/token', false],
    ['this host, whatever the row says', 'https://127.0.0.1:9/token', true],
    ['the metadata of a cloud', 'https://169.254.169.254/token', true],
    ['a private network', 'https://10.0.0.1/token', false],
    ['this host in IPv6', 'https://[::1]:9/token', true],
  ])('%s by its address', async (_name, url, allow) => {
    expect(await codeOf(() => found('93.184.216.34')(at(url, allow), NOW))).toBe('broker_misconfigured');
  });

  test.each([
    ['127.0.0.1', true],
    ['169.254.169.254', true],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
  ])('a name that leads to %s', async (address, allow) => {
    expect(await codeOf(() => found(address)(at('https://token.acme.example/t', allow), NOW))).toBe(
      'broker_misconfigured',
    );
  });
});

test('what is told of a refusal holds neither our JWT nor a secret', async () => {
  clouds.reply(({ body }) => ({ status: 400, body: { error: 'invalid_grant', error_description: body } }));
  const thrown = await issue().catch((error: unknown) => error);
  const sent = new URLSearchParams(clouds.asked[0]?.body).get('subject_token') ?? 'none';
  expect(thrown).toBeInstanceOf(BrokerError);
  expect((thrown as BrokerError).detail).not.toContain(sent.slice(0, 60));
});
