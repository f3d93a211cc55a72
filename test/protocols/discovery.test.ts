import { describe, expect, test } from 'vitest';
import { CODES } from '../../lib/errors.ts';
import { localSigner } from '../../lib/keys/local.ts';
import { type Discovery, discoveryAnswer, PAGES } from '../../lib/protocols/discovery.ts';
import { httpRequest } from '../harness/broker.ts';
import { AUDIENCE } from '../harness/policy.ts';

const signer = localSigner();
const discovery: Discovery = { url: AUDIENCE, publicKeys: () => signer.publicKeys() };
const get = (path: string, method = 'GET') => discoveryAnswer(discovery, httpRequest({ method, path }));

describe('what others need in order to trust us', () => {
  test.each(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])(
    '%s has what AWS asks of an issuer, all of it under our own URL',
    async path => {
      const answer = await get(path);
      expect(JSON.parse(answer?.body ?? '')).toMatchObject({
        issuer: AUDIENCE,
        token_endpoint: `${AUDIENCE}/token`,
        jwks_uri: `${AUDIENCE}/.well-known/jwks.json`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    },
  );

  test('T52: the key set holds public keys alone', async () => {
    const { keys } = JSON.parse((await get('/.well-known/jwks.json'))?.body ?? '') as { keys: object[] };
    expect(keys).toHaveLength(1);
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  test('keys and metadata may be kept for a while, health may not', async () => {
    expect((await get('/.well-known/jwks.json'))?.headers['cache-control']).toBe('public, max-age=300');
    expect((await get('/health'))?.headers['cache-control']).toBe('no-store');
  });
});

test.each(Object.keys(CODES))('the page of the error %s names it', async code => {
  const answer = await get(`/errors/${code}`);
  expect(answer?.status).toBe(200);
  expect(answer?.body.startsWith(`${code}\n`)).toBe(true);
});

test.each([
  '/',
  '/errors/',
  '/errors/unknown',
  '/errors/__proto__',
  '/constructor',
  '/token_expired',
  '/.well-known/',
])('nothing is at %s', async path => {
  expect(await get(path)).toBeUndefined();
});

test.each(Object.keys(PAGES))('%s takes GET alone', async path => {
  expect(await get(path, 'POST')).toBeUndefined();
});
