import { describe, expect, test } from 'vitest';
import { CODES } from '../../lib/errors.ts';
import { createLocalSigner } from '../../lib/keys/local.ts';
import { answerDiscovery, type Discovery, PAGES } from '../../lib/protocols/discovery.ts';
import { httpRequest } from '../harness/broker.ts';
import { AUDIENCE } from '../harness/policy.ts';

const signer = createLocalSigner();
const discovery: Discovery = {
  url: AUDIENCE,
  audience: 'https://audience.test.example',
  publicKeys: () => signer.publicKeys(),
};
function get(path: string, method = 'GET') {
  return answerDiscovery(discovery, httpRequest({ method, path }));
}

type Told = {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly response_types_supported: readonly string[];
  readonly subject_types_supported: readonly string[];
  readonly id_token_signing_alg_values_supported: readonly string[];
  readonly keys: readonly {
    readonly kty: string;
    readonly kid: string;
    readonly alg: string;
    readonly use: string;
    readonly n: string;
  }[];
};

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
        subject_token_audience: 'https://audience.test.example',
      });
    },
  );

  const DEMANDS: readonly (readonly [who: string, what: string, holds: (told: Told) => boolean])[] = [
    ['AWS, Google, Entra and Vault', 'issuer is our URL to the letter', ({ issuer }) => issuer === AUDIENCE],
    [
      'AWS, Google and Entra',
      'issuer is https, without query or slash at its end',
      ({ issuer }) => /^https:\/\/[^?]+[^/]$/.test(issuer),
    ],
    ['AWS and Entra', 'issuer has at most 255 characters', ({ issuer }) => issuer.length <= 255],
    [
      'AWS, Google, Entra and Vault',
      'jwks_uri is below it',
      ({ issuer, jwks_uri }) => jwks_uri.startsWith(`${issuer}/`),
    ],
    ['AWS', 'response_types_supported', told => told.response_types_supported.includes('id_token')],
    ['AWS', 'subject_types_supported', told => told.subject_types_supported.includes('public')],
    ['AWS, Google and Entra', 'RS256', told => told.id_token_signing_alg_values_supported.includes('RS256')],
    ['AWS and Entra', 'at most 100 keys', ({ keys }) => keys.length > 0 && keys.length <= 100],
    [
      'AWS, Google, Entra and Vault',
      'each key has an id of its own',
      ({ keys }) => new Set(keys.map(({ kid }) => kid)).size === keys.length,
    ],
    [
      'AWS, Google and Entra',
      'each key is for RS256 signatures',
      ({ keys }) => keys.every(({ kty, alg, use }) => kty === 'RSA' && alg === 'RS256' && use === 'sig'),
    ],
    [
      'AWS and Google',
      'each key has 2048 bits or more',
      ({ keys }) => keys.every(({ n }) => Buffer.from(n, 'base64url').length >= 256),
    ],
  ];

  test.each(DEMANDS)('%s: %s', async (_who, _what, holds) => {
    const read = async (path: string) => JSON.parse((await get(path))?.body ?? '') as object;
    const told = {
      ...(await read('/.well-known/openid-configuration')),
      ...(await read('/.well-known/jwks.json')),
    };
    expect(holds(told as Told)).toBe(true);
  });

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

test.each(Object.keys(CODES))('the page of the error %s names it, and says what to do', async code => {
  const answer = await get(`/errors/${code}`);
  expect(answer?.status).toBe(200);
  expect(answer?.body.startsWith(`${code}\n`)).toBe(true);
  expect(answer?.body).toMatch(/^What to do: \S/m);
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
