import { describe, expect, test } from 'vitest';
import { CODES, type Code } from '../../lib/errors.ts';
import { createLocalSigner } from '../../lib/keys/local.ts';
import { answerDiscovery, type Discovery, PAGES } from '../../lib/protocols/discovery.ts';
import { findWireError } from '../../lib/protocols/oauth-answer.ts';
import { REMEDIES } from '../../lib/protocols/remedies.ts';
import { httpRequest } from '../harness/broker.ts';
import { TRUST } from '../harness/grant.ts';
import { AUDIENCE, roleFrom } from '../harness/policy.ts';

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

const ERRORS = Object.keys(CODES) as Code[];

test.each(ERRORS)(
  'the page of %s has what it means, whose turn it is, what to do, and an answer',
  async code => {
    const answer = await get(`/errors/${code}`);
    const page = answer?.body ?? '';
    expect(answer?.status).toBe(200);
    expect(page.startsWith(`${code}\n`)).toBe(true);
    for (const part of ['What it means', 'Whose turn it is', 'What to do in the step'])
      expect(page).toMatch(new RegExp(`^${part}\n\n  \\S`, 'm'));
    expect(page).toContain(`\n  HTTP ${findWireError(code)[0]}\n`);
    expect(page).toContain(`\n  ERROR_URI=${AUDIENCE}/errors/${code}\n`);
  },
);

test.each(ERRORS.filter(code => ['denied', 'setup'].includes(CODES[code].fault)))(
  'the page of %s says what to do on the other side too',
  async code => {
    expect((await get(`/errors/${code}`))?.body).toMatch(/^What to do in the policy.*\n\n {2}\S/m);
  },
);

test.each(ERRORS.filter(code => REMEDIES[code].policy !== undefined))(
  'the lines of a role on the page of %s compile',
  code => {
    const { policy = '' } = REMEDIES[code];
    expect(
      roleFrom(
        `${policy.startsWith('trust:') ? '' : TRUST}${policy}\njwt: { audience: https://api.acme.example }\n`,
      ),
    ).toBeDefined();
  },
);

test('a broker that is not at the address of its configuration links to the pages that it serves itself', async () => {
  const answer = await answerDiscovery(
    { ...discovery, pages: 'http://127.0.0.1:1' },
    httpRequest({ method: 'GET', path: '/errors/trust_not_met' }),
  );
  expect(answer?.body).toContain('\n  ERROR_URI=http://127.0.0.1:1/errors/trust_not_met\n');
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
