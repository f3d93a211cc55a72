import { beforeEach, describe, expect, test } from 'vitest';
import { createLocalSigner } from '../../lib/keys/local.ts';
import { testClouds } from '../harness/clouds.ts';
import { NOW } from '../harness/policy.ts';
import { APP_SIGNER } from '../harness/signing.ts';

const clouds = await testClouds();
beforeEach(() => clouds.reply());

type Claims = { readonly [name: string]: unknown };
const APP: Claims = { iss: 'Iv23li', iat: NOW - 60, exp: NOW + 540 };
const CREATE = '/app/installations/42/access_tokens';
const WEB = { repositories: ['web'], permissions: { contents: 'read' } };

type Call = {
  readonly method?: string;
  readonly path?: string;
  readonly body?: object;
  readonly agent?: string;
};

async function call(
  token: string,
  { method = 'POST', path = CREATE, body = WEB, agent = 'test' }: Call = {},
) {
  const response = await fetch(`${clouds.setting.base}/api.github.com${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'user-agent': agent },
    ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Claims };
}

function jwt(claims: Claims = {}, signer = APP_SIGNER): Promise<string> {
  return signer.sign('JWT', { ...APP, ...claims });
}

test('an App gets a token of an hour for what it names', async () => {
  expect(await call(await jwt())).toMatchObject({
    status: 201,
    body: {
      token: expect.stringMatching(/^ghs_local/),
      expires_at: '2027-01-15T09:00:00Z',
      repository_selection: 'selected',
      repositories: [{ name: 'web' }],
      permissions: { contents: 'read', metadata: 'read' },
    },
  });
});

test('T50: and for everything when it names nothing, as at GitHub', async () => {
  const { body } = await call(await jwt(), { body: {} });
  expect(body).toMatchObject({ repository_selection: 'all', permissions: { administration: 'write' } });
  expect(body).not.toHaveProperty('repositories');
});

test('the installation of an owner is found, and its repositories are theirs', async () => {
  const { body } = await call(await jwt(), { method: 'GET', path: '/users/acme/installation' });
  expect(body).toMatchObject({ account: { login: 'acme' } });
  const made = await call(await jwt(), { path: `/app/installations/${String(body['id'])}/access_tokens` });
  expect(made.body).toMatchObject({ repositories: [{ full_name: 'acme/web' }] });
});

test('a token that was given back is none any more', async () => {
  const { body } = await call(await jwt());
  const back = { method: 'DELETE', path: '/installation/token' };
  expect((await call(String(body['token']), back)).status).toBe(204);
  expect((await call(String(body['token']), back)).status).toBe(401);
});

describe('a request is refused', () => {
  const strange = createLocalSigner();
  test.each<[string, () => Promise<string>, Call, number]>([
    ['of a key that is no App’s', () => jwt({}, strange), {}, 401],
    ['of nobody', async () => 'a.b.c', {}, 401],
    ['of no App', () => jwt({ iss: undefined }), {}, 401],
    ['that has expired', () => jwt({ exp: NOW }), {}, 401],
    ['of the future', () => jwt({ iat: NOW + 1 }), {}, 401],
    ['that lives for more than ten minutes', () => jwt({ exp: NOW + 601 }), {}, 401],
    ['for a repository by its full name', jwt, { body: { ...WEB, repositories: ['acme/web'] } }, 422],
    ['for a level that there is not', jwt, { body: { ...WEB, permissions: { contents: 'all' } } }, 422],
    ['that does not say whose it is', jwt, { agent: '' }, 403],
    ['to another path', jwt, { path: '/app' }, 404],
    ['by another method', jwt, { method: 'PUT' }, 404],
  ])('%s', async (_name, token, asked, status) => {
    expect(await call(await token(), asked)).toMatchObject({
      status,
      body: { message: expect.any(String), documentation_url: expect.any(String) },
    });
  });
});
