import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { createDynamoTable } from '../lib/aws/dynamo.ts';
import { serve } from '../lib/serve.ts';
import { createTableSwitches, SWITCH_TABLE, SWITCHES_FRESH } from '../lib/stores/switches.ts';
import { testAws } from './harness/aws.ts';
import { httpRequest } from './harness/broker.ts';
import { tokenClaims } from './harness/issuer.ts';
import { PLENTY } from './harness/limits.ts';
import { AUDIENCE, BUILDKITE, NOW } from './harness/policy.ts';
import { CLAIMS, FLAT, IMAGES, registryFrom, testAuthorizer } from './harness/registry.ts';
import { switchOf } from './harness/switch.ts';

const OTHER = 'https://packages.test.example/their-org/images';
const THEIRS = registryFrom(`
audience: ${OTHER}
path: /v2/their-org
methods: { GET: read_packages, POST: write_packages }
trust:
  - iss: ${BUILDKITE}
    scopes: [read_packages, write_packages]
    claims: { organization_slug: your-org }
`);
/** Named apart, as its file would be. */
const REGISTRIES = [FLAT, CLAIMS, { ...THEIRS, name: 'theirs' }];

type Changes = { readonly [name: string]: unknown };
const ONE: Changes = { aud: IMAGES, organization_slug: 'your-org', pipeline_slug: 'one-pipeline' };
const PUSH = 'repository:your-org/web:pull,push';

const door = await testAuthorizer(REGISTRIES);
beforeEach(() => {
  door.clock.now = NOW;
});

function basic(token: string, user = 'buildkite'): string {
  return `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
}
function mint(changes: Changes = {}): Promise<string> {
  return door.issuer.sign(tokenClaims({ ...ONE, ...changes }));
}

type Given = { readonly status: number; readonly [member: string]: unknown };

async function send(request: Parameters<typeof httpRequest>[0], at = door): Promise<Given> {
  const { status, headers, body } = await serve(
    at.broker,
    httpRequest({ path: '/registry/token', ...request }),
  );
  return { status, headers, ...(JSON.parse(body) as object) };
}

/** As Docker, skopeo, containerd and oras ask: GET, with the credential as Basic. */
async function get(query: string, changes: Changes = {}, at = door): Promise<Given> {
  return send(
    {
      method: 'GET',
      query,
      headers: { authorization: basic(await at.issuer.sign(tokenClaims({ ...ONE, ...changes }))) },
    },
    at,
  );
}

/** As containerd and Docker with an identity token ask. */
function post(form: { readonly [name: string]: string }, headers = {}): Promise<Given> {
  return send({
    method: 'POST',
    query: '',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new TextEncoder().encode(new URLSearchParams(form).toString()),
  });
}

function query(scope = PUSH, service = IMAGES): string {
  return new URLSearchParams({ service, scope }).toString();
}
function tokenFrom({ token }: Given): string {
  return String(token);
}
function accessIn(given: Given) {
  return (decodeJwt(tokenFrom(given))['access'] as { type: string; name: string; actions: string[] }[]).map(
    ({ type, name, actions }) => `${type}:${name}:${actions.join(',')}`,
  );
}

/** What the registry says of a token: let through by which statement, or why not. */
function use(token: string, line = 'POST /v2/your-org/web/blobs/uploads/', more = {}, at = door) {
  const [method = '', whole = ''] = line.split(' ');
  const [path = '', asked = ''] = whole.split('?');
  return at.ask({ method, path, query: asked, headers: { authorization: `Bearer ${token}` }, ...more });
}

describe('T92: the token of a registry', () => {
  test('has a type, an audience and a subject of its own, what was granted, and no more than 60 seconds', async () => {
    const given = await get(query());
    expect(given).toMatchObject({
      status: 200,
      expires_in: 60,
      issued_at: '2027-01-15T08:00:00Z',
      headers: { 'cache-control': 'no-store' },
    });
    expect(given['access_token']).toBe(given['token']);
    expect(decodeProtectedHeader(tokenFrom(given))).toMatchObject({
      typ: 'kite-sts-registry+jwt',
      alg: 'RS256',
    });
    expect(decodeJwt(tokenFrom(given))).toEqual({
      iss: AUDIENCE,
      sub: 'registry:tested',
      aud: IMAGES,
      iat: NOW,
      nbf: NOW,
      exp: NOW + 60,
      jti: expect.any(String),
      access: [{ type: 'repository', name: 'your-org/web', actions: ['pull', 'push'] }],
      scope: 'read_packages write_packages',
      statement: 'trust[0]',
      holder: tokenClaims()['sub'],
      origin: expect.objectContaining({
        issuer: BUILDKITE,
        organization: 'your-org',
        pipeline: 'one-pipeline',
      }),
      counted: [BUILDKITE, '"your-org"', '"one-pipeline"'],
    });
  });

  test('ends with the subject token', async () => {
    expect((await get(query(), { exp: NOW + 20 }))['expires_in']).toBe(20);
    // Within the skew that an issuer's clock is given, but ended.
    expect(await get(query(), { iat: NOW - 300, nbf: NOW - 300, exp: NOW - 5 })).toMatchObject({
      status: 401,
      code: 'token_expired',
    });
  });

  test('opens its registry until its end, and no longer', async () => {
    const token = tokenFrom(await get(query()));
    expect(await use(token)).toBe('authorized by trust[0] for read_packages write_packages');
    door.clock.now = NOW + 60;
    expect(await use(token)).toBe('token_expired');
  });

  test.each([
    ['another repository', 'GET /v2/your-org/api/manifests/v1', 'method_not_granted'],
    ['a method beyond the grant', 'DELETE /v2/your-org/web/manifests/v1', 'method_not_granted'],
    ['another registry', 'GET /v2/their-org/web/manifests/v1', 'audience_not_of_role'],
    ['a registry of another kind', 'GET /npm/left-pad', 'audience_not_of_role'],
    [
      'a mount from another repository',
      `POST /v2/your-org/web/blobs/uploads/?mount=sha256:${'a'.repeat(64)}&from=your-org/api`,
      'method_not_granted',
    ],
    ['what nobody knows', 'GET /v2/your-org/web/manifests/v1?ns=docker.io', 'request_not_understood'],
  ])('does not open %s', async (_name, line, code) => {
    expect(await use(tokenFrom(await get(query())), line)).toBe(code);
  });

  test('mounts where it may read', async () => {
    const scope = `${PUSH} repository:your-org/base:pull`;
    const line = `POST /v2/your-org/web/blobs/uploads/?mount=sha256:${'a'.repeat(64)}&from=your-org/base`;
    expect(await use(tokenFrom(await get(query(scope))), line)).toMatch(/^authorized/);
  });

  test('pings its registry', async () => {
    expect(await use(tokenFrom(await get(query())), 'GET /v2/')).toMatch(/^authorized/);
  });

  test('buys no role and is no subject token anywhere', async () => {
    const token = tokenFrom(await get(query()));
    const exchange = await serve(
      door.broker,
      httpRequest({
        body: new TextEncoder().encode(
          new URLSearchParams({
            grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
            subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
            audience: 'any',
            subject_token: token,
          }).toString(),
        ),
      }),
    );
    expect(JSON.parse(exchange.body)).toMatchObject({ code: 'token_type_refused' });
    const again = await send({ method: 'GET', query: query(), headers: { authorization: basic(token) } });
    expect(again).toMatchObject({ status: 401, code: 'token_type_refused' });
  });

  test.each(['JWT', 'at+jwt', 'KITE-STS-REGISTRY+JWT', 'kite-sts-key+jwt'])(
    'is of its own type alone: the same claims as %s open nothing',
    async typ => {
      const claims = decodeJwt(tokenFrom(await get(query())));
      expect(await use(await door.signer.sign(typ, claims))).not.toMatch(/^authorized/);
    },
  );

  test.each<[string, Changes]>([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['of a role', { sub: 'role:tested' }],
    ['of another registry', { sub: 'registry:theirs' }],
    ['for another audience', { aud: OTHER }],
    ['for two', { aud: [IMAGES, OTHER] }],
    ['that lives too long', { exp: NOW + 61 }],
    ['from later', { iat: NOW + 60, exp: NOW + 90 }],
    ['without its access', { access: 'all' }],
    ['without an origin', { origin: {} }],
  ])('with our own signature, but %s, opens nothing', async (_name, changes) => {
    const claims = { ...decodeJwt(tokenFrom(await get(query()))), ...changes };
    const code = await use(await door.signer.sign('kite-sts-registry+jwt', claims));
    expect(code).toMatch(/^(token_|audience_not_of_role)/);
  });

  test('signed by another key opens nothing', async () => {
    const claims = decodeJwt(tokenFrom(await get(query())));
    const { signer } = await testAuthorizer(REGISTRIES);
    expect(await use(await signer.sign('kite-sts-registry+jwt', claims))).toBe('token_key_unknown');
  });
});

describe('a client asks', () => {
  test('by POST with a password, as containerd does', async () => {
    const form = {
      grant_type: 'password',
      username: 'buildkite',
      password: await mint(),
      service: IMAGES,
      scope: PUSH,
      client_id: 'containerd-client',
    };
    expect(accessIn(await post(form))).toEqual([PUSH]);
  });

  test('by POST with what it was given as an identity token', async () => {
    const form = {
      grant_type: 'refresh_token',
      refresh_token: await mint(),
      service: IMAGES,
      scope: PUSH,
      client_id: 'docker',
    };
    expect(accessIn(await post(form))).toEqual([PUSH]);
  });

  test('without a scope, to log in', async () => {
    const login = `account=buildkite&client_id=docker&offline_token=true&service=${encodeURIComponent(IMAGES)}`;
    expect(accessIn(await get(login))).toEqual([]);
  });

  test('without a service, by a repository or by its token alone', async () => {
    expect(accessIn(await get(`scope=${PUSH}`))).toEqual([PUSH]);
    expect(decodeJwt(tokenFrom(await get('')))).toMatchObject({ aud: IMAGES });
  });

  test('for several scopes, of which it is given what there is', async () => {
    const scopes = [
      'repository:your-org/web:pull,push,delete',
      'repository:their-org/app:pull',
      'plugin:x:y',
    ];
    const asked = scopes.map(scope => `scope=${scope}`).join('&');
    expect(accessIn(await get(`service=${IMAGES}&${asked}`))).toEqual([PUSH]);
    expect(accessIn(await get(query('repository:your-org/web:*')))).toEqual([PUSH]);
  });

  test.each<[string, string, Changes, number, string]>([
    ['for another registry by its service', query(PUSH, OTHER), {}, 401, 'audience_not_of_role'],
    ['for nothing that it has', query('repository:their-org/app:pull'), {}, 401, 'method_not_granted'],
    ['for what is above', query('repository:your-org:delete'), {}, 401, 'method_not_granted'],
    ['for an unknown service', query(PUSH, 'https://evil.example'), {}, 401, 'registry_refused'],
    ['as a stranger', query(), { organization_slug: 'evil' }, 401, 'registry_refused'],
    ['from the wrong branch', query(), { build_branch: 'feature/not-this-one' }, 401, 'trust_not_met'],
    ['T19: with a token for the broker', query(), { aud: AUDIENCE }, 401, 'token_audience_differs'],
    ['T57: with a password in the query', `${query()}&password=x`, {}, 400, 'parameter_unsupported'],
    ['T57: with a token in the query', `${query()}&%61ccess_token=x`, {}, 400, 'parameter_unsupported'],
    ['T56: with two services', `${query()}&service=${OTHER}`, {}, 400, 'parameter_repeated'],
    ['for too much', Array(21).fill(`scope=${PUSH}`).join('&'), {}, 400, 'parameter_invalid'],
  ])('and is refused %s', async (_name, asked, changes, status, code) => {
    expect(await get(asked, changes)).toMatchObject({ status, code });
  });

  test.each<[string, { [name: string]: string }, object, number, string]>([
    ['another grant', { grant_type: 'client_credentials' }, {}, 400, 'parameter_invalid'],
    ['no password', { grant_type: 'password' }, {}, 401, 'parameter_missing'],
    [
      'T57: a second credential',
      { grant_type: 'password', password: 'a.b.c' },
      { authorization: 'Basic YTpi' },
      400,
      'parameter_unsupported',
    ],
  ])('and is refused by POST with %s', async (_name, form, headers, status, code) => {
    expect(await post(form, headers)).toMatchObject({ status, code });
  });

  test('by no other method', async () => {
    expect(await send({ method: 'PUT', query: '' })).toMatchObject({
      status: 405,
      code: 'method_not_allowed',
    });
  });

  test('T75: no more often than its organization may', async () => {
    const limits = { ...PLENTY, exchanges: { perMinute: 1, burst: 2 } };
    const bounded = await testAuthorizer(REGISTRIES, { limits });
    const statuses = [];
    for (const _ of [1, 2, 3]) statuses.push((await get(query(), {}, bounded)).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});

describe('the audit event', () => {
  test('of the door says who got what, and that of each use which token it was', async () => {
    const given = await get(query());
    const issued = door.event();
    expect(issued).toMatchObject({
      event: 'exchange',
      outcome: 'issued',
      protocol: 'registry_token',
      registry: 'tested',
      user: 'buildkite',
      pipeline: 'one-pipeline',
      statement: 'trust[0]',
      requested: { scopes: [PUSH] },
      access: [PUSH],
      session: decodeJwt(tokenFrom(given)).jti,
      expires_at: '2027-01-15T08:01:00.000Z',
    });
    await use(tokenFrom(given));
    expect(door.event()).toMatchObject({
      event: 'authorization',
      outcome: 'authorized',
      operation: 'POST of a begin of an upload',
      session: issued.session,
      pipeline: 'one-pipeline',
      subject: tokenClaims()['sub'],
    });
    expect(door.audit.join('\n')).not.toContain(tokenFrom(given).split('.')[2]);
  });

  test('is there when the door refuses', async () => {
    await get(query(), { build_branch: 'feature/not-this-one' });
    expect(door.event()).toMatchObject({ event: 'exchange', outcome: 'denied', code: 'trust_not_met' });
  });

  test('T84: must be written before a token leaves', async () => {
    const sink = () => {
      throw new Error('full');
    };
    const mute = await testAuthorizer(REGISTRIES, { sink });
    expect(await get(query(), {}, mute)).toMatchObject({ status: 503, code: 'audit_unavailable' });
  });
});

test('T92: a switch strikes a token of a registry that was given before it', async () => {
  const aws = await testAws();
  const switchTable = await aws.dynamo.makeTable(SWITCH_TABLE.key);
  const store = createTableSwitches(createDynamoTable(switchTable, aws.setting));
  const at = await testAuthorizer(REGISTRIES, { table: { aws: aws.setting, switchTable } });
  const token = tokenFrom(await get(query(), {}, at));
  expect(await use(token, undefined, {}, at)).toMatch(/^authorized/);
  await store.set(switchOf({ what: 'pipeline', names: ['one-pipeline', 'your-org', BUILDKITE] }));
  at.clock.now += SWITCHES_FRESH;
  expect(await use(token, undefined, {}, at)).toBe('caller_switched_off');
  expect(at.event()).toMatchObject({ outcome: 'denied', code: 'caller_switched_off' });
  expect(await get(query(), {}, at)).toMatchObject({ status: 401, code: 'caller_switched_off' });
});

test('T92: where the policy looks at the source address, the token is for that address', async () => {
  const office = registryFrom(`
audience: ${IMAGES}
path: /v2/your-org
methods: { GET: read_packages }
trust:
  - iss: ${BUILDKITE}
    scopes: [read_packages]
    claims: { organization_slug: your-org }
    request: { source_ip: { in: [203.0.113.0/24] } }
`);
  const at = await testAuthorizer([office]);
  const token = tokenFrom(await get(query('repository:your-org/web:pull'), {}, at));
  const line = 'GET /v2/your-org/web/manifests/v1';
  expect(await use(token, line, { sourceAddress: '203.0.113.7' }, at)).toMatch(/^authorized/);
  expect(await use(token, line, { sourceAddress: '203.0.113.8' }, at)).toBe('trust_not_met');
});
