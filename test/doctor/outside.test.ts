import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../lib/config/load.ts';
import { AUTHORITIES } from '../../lib/doctor/outside/azure.ts';
import { fetchCertificate } from '../../lib/doctor/outside/certificate.ts';
import type { Instruments } from '../../lib/doctor/outside/examined.ts';
import { EXAMINATIONS, examineOutside, INSTRUMENTS } from '../../lib/doctor/outside.ts';
import { createLocalSigner } from '../../lib/keys/local.ts';
import { CLOUDS } from '../../lib/providers/azure.ts';
import { certificateFor } from '../harness/certificate.ts';
import { atEnd } from '../harness/endings.ts';
import { configFrom, ROLES } from '../harness/local.ts';
import { code, rowsOf } from '../harness/markdown.ts';
import { loopback } from '../harness/network.ts';
import { AUDIENCE, BUILDKITE } from '../harness/policy.ts';
import { closedUrl, testServer } from '../harness/server.ts';

const NOW = 1_800_000_000;
const DAY = 24 * 60 * 60;
const JSON_TYPE = 'application/json';
const TRUST = ROLES.publish.split('jwt:')[0];
const PROVIDER = 'projects/1234/locations/global/workloadIdentityPools/kite/providers/kite-sts';
const TENANT = '11111111-2222-3333-4444-555555555555';

type Page = {
  readonly status?: number;
  readonly type?: string;
  readonly body?: unknown;
  readonly date?: number;
};
type Pages = { readonly [url: string]: Page | 'ECONNREFUSED' };

const keys = await createLocalSigner().publicKeys();
const METADATA = {
  issuer: AUDIENCE,
  jwks_uri: `${AUDIENCE}/.well-known/jwks.json`,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  subject_token_audience: AUDIENCE,
};
const HEALTH = `${AUDIENCE}/health`;
const DISCOVERY = `${AUDIENCE}/.well-known/openid-configuration`;
const JWKS = METADATA.jwks_uri;
const GOOGLE = 'https://sts.googleapis.com/v1/token';
const ENTRA = `https://login.microsoftonline.com/${TENANT}/v2.0/.well-known/openid-configuration`;
const GITHUB = 'https://api.github.com/users/acme';

/** A broker that is well, and what strangers are told of its targets. */
const WELL: Pages = {
  [HEALTH]: { body: 'ok' },
  [DISCOVERY]: { body: METADATA },
  [JWKS]: { body: { keys } },
  [GOOGLE]: { status: 400, body: { error: 'invalid_grant' } },
  [ENTRA]: { body: {} },
  [GITHUB]: { body: {} },
};

const config: Config = configFrom({
  ...ROLES,
  google: `${TRUST}gcp: { audience: //iam.googleapis.com/${PROVIDER} }\n`,
  entra: `${TRUST}azure: { tenant_id: ${TENANT}, client_id: ${TENANT}, scope: https://management.azure.com/.default }\n`,
  hub: `${TRUST}    scopes: [read]\ngithub: { app: Iv23liAbCdEf, owner: acme, repositories: [web], permissions: { read: { contents: read } } }\n`,
});

function fetchFrom(pages: Pages): Instruments['fetch'] {
  return async url => {
    const page = pages[url] ?? { status: 404 };
    if (page === 'ECONNREFUSED')
      throw Object.assign(new TypeError('fetch failed'), { cause: { code: page } });
    const { status = 200, type = JSON_TYPE, body = {}, date = NOW } = page;
    const headers = { 'content-type': type, date: new Date(date * 1000).toUTCString() };
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
  };
}

const issuer = await testServer(() => ({
  status: 200,
  headers: { 'content-type': JSON_TYPE },
  body: { keys },
}));
const wrongIssuer = await testServer(() => ({
  status: 500,
  headers: { 'content-type': JSON_TYPE },
  body: {},
}));

/** The same rows, with their keys at this URL. */
function issuersAt(uri: string, more: object = {}): Config {
  const rows = [...config.rows].map(([name, row]) => [name, { ...row, origin: { uri }, ...more }] as const);
  return { ...config, rows: new Map(rows) };
}

type Odd = {
  readonly pages?: Pages;
  readonly tls?: Instruments['readCertificate'];
  readonly config?: Config;
  readonly url?: string;
};

async function examined({ pages = {}, tls, config: whole = issuersAt(issuer.url), url = AUDIENCE }: Odd) {
  return examineOutside(
    { config: whole, url },
    {
      fetch: fetchFrom({ ...WELL, ...pages }),
      readCertificate: tls ?? (async () => ({ refused: undefined, until: NOW + 90 * DAY })),
      network: () => loopback,
      now: () => NOW,
    },
  );
}

/** What is not ok, as `condition check of`. */
async function findingsOf(odd: Odd): Promise<string[]> {
  const found = await examined(odd);
  return found
    .filter(({ condition }) => condition !== 'ok')
    .map(({ condition, check, of }) => `${condition} ${check} ${of}`);
}

const HOST = new URL(AUDIENCE).hostname;
const page = (url: string, given: Page | 'ECONNREFUSED'): Odd => ({ pages: { [url]: given } });
const metadata = (more: object): Odd => page(DISCOVERY, { body: { ...METADATA, ...more } });
const shows = (refused: string | undefined, days: number): Odd => ({
  tls: async () => ({ refused, until: NOW + days * DAY }),
});
const issuers = (condition: string) => [...config.rows.keys()].map(name => `${condition} issuer ${name}`);
const [key] = keys;
const away = await closedUrl();

describe('from outside', () => {
  test('a broker that is well has nothing wrong, and every look says so', async () => {
    const found = await examined({});
    expect(found.filter(({ condition }) => condition !== 'ok')).toEqual([]);
    expect(new Set(found.map(({ check }) => check)).size).toBe(EXAMINATIONS.length);
  });

  test.each<[name: string, odd: Odd, ...found: string[]]>([
    ['an answer of 503', page(HEALTH, { status: 503 }), `wrong health ${HEALTH}`],
    ['nobody who answers', page(HEALTH, 'ECONNREFUSED'), `wrong health ${HEALTH}`, `unknown clock ${HEALTH}`],
    ['a page in the place of metadata', page(DISCOVERY, { body: '<html>' }), `wrong discovery ${DISCOVERY}`],
    ['metadata that is away', page(DISCOVERY, 'ECONNREFUSED'), `wrong discovery ${DISCOVERY}`],
    ['another issuer', metadata({ issuer: `${AUDIENCE}/` }), `wrong discovery ${DISCOVERY}`],
    [
      'keys at another place',
      metadata({ jwks_uri: 'https://evil.example/jwks' }),
      `wrong discovery ${DISCOVERY}`,
    ],
    [
      'metadata that AWS refuses',
      metadata({ subject_types_supported: undefined }),
      `wrong discovery ${DISCOVERY}`,
    ],
    [
      'another audience',
      metadata({ subject_token_audience: 'https://old.example' }),
      `wrong discovery ${DISCOVERY}`,
    ],
    ['no keys', page(JWKS, { body: { keys: [] } }), `wrong jwks ${JWKS}`],
    [
      'a key without an id',
      page(JWKS, { body: { keys: [{ ...key, kid: undefined }, key] } }),
      `wrong jwks ${JWKS}`,
    ],
    ['keys of another type', page(JWKS, { type: 'text/html', body: { keys } }), `wrong jwks ${JWKS}`],
    ['keys that are away', page(JWKS, 'ECONNREFUSED'), `wrong jwks ${JWKS}`],
    ['keys with an answer of 503', page(JWKS, { status: 503 }), `wrong jwks ${JWKS}`],
    [
      'the private half of a key',
      page(JWKS, { body: { keys: [{ ...key, d: 'AQAB' }] } }),
      `wrong jwks ${JWKS}`,
    ],
    ['a certificate that nobody believes', shows('CERT_HAS_EXPIRED', 90), `wrong tls ${HOST}`],
    ['one that is about to end', shows(undefined, 29), `wrong tls ${HOST}`],
    ['one that holds long enough', shows(undefined, 30)],
    [
      'no handshake',
      { tls: async () => Promise.reject(Object.assign(new Error(), { code: 'ECONNRESET' })) },
      `wrong tls ${HOST}`,
    ],
    ['a clock that is ahead', page(HEALTH, { date: NOW - 60 }), `wrong clock ${HEALTH}`],
    ['a clock that is behind', page(HEALTH, { date: NOW + 60 }), `wrong clock ${HEALTH}`],
    ['a clock within what is allowed', page(HEALTH, { date: NOW + 25 })],
    ['issuers that fail', { config: issuersAt(wrongIssuer.url) }, ...issuers('wrong')],
    ['issuers that are away', { config: issuersAt(away) }, ...issuers('wrong')],
    [
      'issuers of a private network, which are not seen from here',
      { config: issuersAt(away, { allowPrivateNetwork: true }) },
      ...issuers('unknown'),
    ],
    [
      'a provider that Google does not know',
      page(GOOGLE, { status: 400, body: { error: 'invalid_target' } }),
      `wrong gcp ${PROVIDER}`,
    ],
    ['Google being down', page(GOOGLE, { status: 503 }), `unknown gcp ${PROVIDER}`],
    ['Google being away', page(GOOGLE, 'ECONNREFUSED'), `unknown gcp ${PROVIDER}`],
    ['no such tenant', page(ENTRA, { status: 400 }), `wrong azure tenant ${TENANT}`],
    ['Microsoft being down', page(ENTRA, { status: 503 }), `unknown azure tenant ${TENANT}`],
    ['Microsoft being away', page(ENTRA, 'ECONNREFUSED'), `unknown azure tenant ${TENANT}`],
    ['no such owner', page(GITHUB, { status: 404 }), 'wrong github acme'],
    ['GitHub asking for patience', page(GITHUB, { status: 403 }), 'unknown github acme'],
    ['GitHub being away', page(GITHUB, 'ECONNREFUSED'), 'unknown github acme'],
  ])('%s is found', async (_name, odd, ...found) => {
    expect(await findingsOf(odd)).toEqual(found);
  });

  test('what is wrong says what to do, each time', async () => {
    const all = await examined({
      pages: {
        [HEALTH]: 'ECONNREFUSED',
        [DISCOVERY]: 'ECONNREFUSED',
        [JWKS]: 'ECONNREFUSED',
        [GITHUB]: { status: 404 },
      },
      ...shows('SELF_SIGNED', 1),
      config: issuersAt(wrongIssuer.url),
    });
    const wrong = all.filter(({ condition }) => condition === 'wrong');
    expect(wrong.length).toBeGreaterThan(5);
    for (const { mend } of wrong) expect(mend).toBeTruthy();
  });

  test('keys that stand in broker.yml need nobody', async () => {
    const rows = [...config.rows].map(([name, row]) => [name, { ...row, origin: { keys } }] as const);
    expect(await findingsOf({ config: { ...config, rows: new Map(rows) } })).toEqual([]);
  });

  test('Buildkite is among the issuers that are looked at', async () => {
    expect((await examined({})).map(({ of }) => of)).toContain(BUILDKITE);
  });
});

describe('a certificate that is shown', () => {
  test.each([['127.0.0.1'], ['localhost']])('by who is not believed is read all the same: %s', async host => {
    const server = createServer(certificateFor(host)).listen(0, '127.0.0.1');
    atEnd(() => void server.close());
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { refused, until } = await fetchCertificate(new URL(`https://127.0.0.1:${port}`));
    expect(refused).toBeTruthy();
    expect(until).toBe(Date.parse('2049-12-31T23:59:59Z') / 1000);
  });

  test('by nobody is an error', async () => {
    const url = (await closedUrl()).replace('http:', 'https:');
    await expect(fetchCertificate(new URL(url))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

test('in the clear it is asked on this machine alone', async () => {
  const url = AUDIENCE.replace('https:', 'http:');
  expect(await findingsOf({ url })).toContain(`wrong tls ${HOST}`);
});

test('Entra is asked where the provider asks it', () => {
  const asked = Object.entries(CLOUDS).map(([cloud, { authority }]) => [cloud, authority]);
  expect(Object.entries(AUTHORITIES)).toEqual(asked);
});

test('by default the real network is asked, and the real clock', () => {
  expect(Math.abs(INSTRUMENTS.now() - Date.now() / 1000)).toBeLessThan(60);
});

test('the reference has a row for each look', async () => {
  const rows = rowsOf('docs/reference/cli-operate.md', 'look').map(([look = '']) => code(look));
  const outside = [...new Set((await examined({})).map(({ check }) => check))];
  expect(rows.slice(0, outside.length)).toEqual(outside);
});
