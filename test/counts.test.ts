import { describe, expect, test } from 'vitest';
import { authorize } from '../lib/authorize.ts';
import { serve } from '../lib/serve.ts';
import type { Limits } from '../lib/stores/limits.ts';
import type { Switch } from '../lib/switch.ts';
import { httpRequest } from './harness/broker.ts';
import { tokenClaims } from './harness/issuer.ts';
import { PLENTY } from './harness/limits.ts';
import { BUILDKITE, ISSUERS, NOW } from './harness/policy.ts';
import { CLAIMS, IMAGES, registryFrom, type TestAuthorizer, testAuthorizer } from './harness/registry.ts';
import { switchOf } from './harness/switch.ts';

type Changes = { readonly [name: string]: unknown };

const ONE: Changes = { aud: IMAGES, organization_slug: 'your-org', pipeline_slug: 'one-pipeline' };
const NEIGHBOR: Changes = { ...ONE, pipeline_slug: 'another-pipeline' };
const STRANGER: Changes = { ...ONE, organization_slug: 'other-org' };
const TOPIC: Changes = { ...ONE, build_branch: 'topic' };
const READ = { method: 'GET', path: '/v2/your-org/web/manifests/latest' };

function tight(more: Partial<Limits>): Limits {
  return { ...PLENTY, ...more };
}
const TWO = { perMinute: 6, burst: 2 };
function ofTwo(limits: Partial<Limits>, issuers = ISSUERS) {
  return testAuthorizer([CLAIMS], { limits: tight(limits), issuers });
}

function sign({ issuer }: TestAuthorizer, changes: Changes): Promise<string> {
  return issuer.sign(tokenClaims({ ...changes }));
}
/** What the registry says of a subject token, or of a token of its own. */
function use(door: TestAuthorizer, token: string, request: object = READ): Promise<string> {
  return door.ask({ ...request, headers: { authorization: `Bearer ${token}` } });
}
async function useAs(door: TestAuthorizer, changes: Changes, request?: object): Promise<string> {
  return use(door, await sign(door, changes), request);
}

type Given = { readonly token?: string; readonly code?: string };

/** What the token door gives: a token, or a code. */
async function get({ broker, ...door }: TestAuthorizer, changes: Changes): Promise<Given> {
  const basic = Buffer.from(`buildkite:${await sign({ broker, ...door }, changes)}`).toString('base64');
  const query = new URLSearchParams({ service: IMAGES, scope: 'repository:your-org/web:pull' }).toString();
  const request = {
    method: 'GET',
    path: '/registry/token',
    query,
    headers: { authorization: `Basic ${basic}` },
  };
  return JSON.parse((await serve(broker, httpRequest(request))).body) as Given;
}
async function gets(door: TestAuthorizer, changes: Changes): Promise<string> {
  const { token, code = '' } = await get(door, changes);
  return token === undefined ? code : 'issued';
}

async function times(count: number, ask: () => Promise<string>): Promise<string[]> {
  const told: string[] = [];
  for (let n = 0; n < count; n++) told.push((await ask()).split(' ')[0] ?? '');
  return told;
}

describe('T75: D12: what is refused to a good token counts at a registry,', () => {
  test.each<[name: string, changes: Changes, request: object, code: string]>([
    ['a branch that its policy does not take', TOPIC, READ, 'trust_not_met'],
    ['another organization', STRANGER, READ, 'registry_refused'],
    ['a method beyond its scopes', ONE, { ...READ, method: 'DELETE' }, 'method_not_granted'],
  ])('%s', async (_name, changes, request, code) => {
    const door = await ofTwo({ refusals: TWO });
    expect(await times(3, () => useAs(door, changes, request))).toEqual([code, code, 'rate_limited']);
  });

  test('and then nothing is looked at for that pipeline, but for its neighbor', async () => {
    const door = await ofTwo({ refusals: TWO });
    await times(2, () => useAs(door, TOPIC));
    expect(await useAs(door, ONE)).toBe('rate_limited');
    expect(await useAs(door, NEIGHBOR)).toContain('authorized');
    expect(door.audit.map(line => (JSON.parse(line) as { code?: string }).code)).toContain('rate_limited');
  });

  test('by a token of the token door as by the subject token that it was made for', async () => {
    const door = await ofTwo({ refusals: TWO });
    const { token = '' } = await get(door, ONE);
    const write = { method: 'POST', path: '/v2/your-org/web/blobs/uploads/' };
    expect(await times(2, () => use(door, token, write))).toEqual(Array(2).fill('method_not_granted'));
    expect([await use(door, token), await useAs(door, ONE)]).toEqual(['rate_limited', 'rate_limited']);
  });

  test('at its token door too', async () => {
    const door = await ofTwo({ refusals: TWO });
    expect(await times(3, () => gets(door, STRANGER))).toEqual([
      'registry_refused',
      'registry_refused',
      'rate_limited',
    ]);
    await times(2, () => gets(door, TOPIC));
    expect([await gets(door, ONE), await gets(door, NEIGHBOR)]).toEqual(['rate_limited', 'issued']);
  });

  test('but what is allowed does not', async () => {
    const door = await ofTwo({ refusals: TWO });
    const { token = '' } = await get(door, ONE);
    const allowed = [
      ...(await times(4, () => use(door, token))),
      ...(await times(4, () => useAs(door, ONE))),
    ];
    expect(allowed).toEqual(Array(8).fill('authorized'));
  });
});

describe('T75: D12: what is allowed counts', () => {
  test('at a registry, for an organization, however it shows itself', async () => {
    const door = await ofTwo({ authorizations: TWO });
    const { token = '' } = await get(door, ONE);
    expect(await use(door, token)).toContain('authorized');
    expect(await useAs(door, NEIGHBOR)).toContain('authorized');
    expect([await use(door, token), await useAs(door, ONE)]).toEqual(['rate_limited', 'rate_limited']);
  });

  test('D13: by what binds the tenant, where the issuer is a plain one', async () => {
    const plain = 'https://ci.tenants.example';
    const issuers = `${ISSUERS}- issuer: ${plain}\n  jwks_uri: ${plain}/keys\n  bind: [tenant]\n  claims: { tenant: string }\n`;
    const registry = registryFrom(
      `audience: ${IMAGES}\npath: /v2/your-org\nmethods: { GET: read_packages }\ntrust:\n  - { iss: ${plain}, scopes: [read_packages], claims: { tenant: { in: [one, two] } } }\n`,
      issuers,
    );
    const limits = tight({ authorizations: TWO, exchanges: TWO });
    const door = await testAuthorizer([registry], { limits, issuers });
    const of = (tenant: string): Changes => ({ aud: IMAGES, iss: plain, tenant });
    expect(await times(3, () => useAs(door, of('one')))).toEqual([
      'authorized',
      'authorized',
      'rate_limited',
    ]);
    expect(await useAs(door, of('two'))).toContain('authorized');
    expect(await times(3, () => gets(door, of('one')))).toEqual(['issued', 'issued', 'rate_limited']);
    expect(await gets(door, of('two'))).toBe('issued');
  });
});

/** A door that is frozen for so many seconds while it asks, the first or a later time, what is switched off. */
async function frozen(
  seconds: number,
  at: number,
  off: readonly Switch[] = [],
  registry = CLAIMS,
): Promise<TestAuthorizer> {
  const door = await testAuthorizer([registry]);
  let asked = 0;
  const switches = async (): Promise<readonly Switch[]> => {
    asked++;
    if (asked === at) door.clock.now += seconds;
    return asked > at ? off : [];
  };
  const { authorizer, broker } = door;
  const tokenDoor = broker.tokenDoor && {
    ...broker.tokenDoor,
    parts: { ...broker.tokenDoor.parts, switches },
  };
  const whole = { ...authorizer, parts: { ...authorizer.parts, switches } };
  return {
    ...door,
    broker: { ...broker, ...(tokenDoor ? { tokenDoor } : {}) },
    ask: async request => {
      const answer = await authorize(whole, httpRequest({ headers: {}, ...request }));
      return answer.kind === 'refused' ? answer.code : 'authorized';
    },
  };
}

/** Set after the freeze. */
const OFF = switchOf({ what: 'pipeline', names: ['one-pipeline', 'your-org', BUILDKITE] });

describe('T78: D17: thawed after a freeze,', () => {
  test.each([1, 2])('a registry lets nobody in whose token has expired meanwhile (freeze %s)', async at => {
    expect(await useAs(await frozen(20 * 60, at), ONE)).toBe('token_expired');
    expect(await useAs(await frozen(5, at), ONE)).toBe('authorized');
  });

  test('nor by a token of the token door', async () => {
    const door = await frozen(61, 3);
    const { token = '' } = await get(door, ONE);
    expect(await use(door, token)).toBe('token_expired');
  });

  test('nor whom an operator has switched off meanwhile', async () => {
    expect(await useAs(await frozen(5, 2, [OFF]), ONE)).toBe('caller_switched_off');
    const door = await frozen(5, 3, [OFF]);
    const { token = '' } = await get(door, ONE);
    expect(await use(door, token)).toBe('caller_switched_off');
  });

  test('nor by a statement that has ended meanwhile', async () => {
    const until = new Date((NOW + 100) * 1000).toISOString().replace('.000', '');
    const ending = registryFrom(
      `audience: ${IMAGES}\npath: /v2/your-org\nmethods: { GET: read_packages }\ntrust:\n  - { iss: ${BUILDKITE}, until: ${until}, scopes: [read_packages], claims: { organization_slug: your-org } }\n`,
    );
    expect(await useAs(await frozen(99, 2, [], ending), ONE)).toBe('authorized');
    expect(await useAs(await frozen(101, 2, [], ending), ONE)).toBe('registry_refused');
    expect(await gets(await frozen(101, 2, [], ending), ONE)).toBe('registry_refused');
  });

  test.each([1, 2])('the token door signs nothing for a token that has expired (freeze %s)', async at => {
    expect(await gets(await frozen(20 * 60, at), ONE)).toBe('token_expired');
    expect(await gets(await frozen(5, at), ONE)).toBe('issued');
  });

  test('nor for what was switched off meanwhile', async () => {
    expect(await gets(await frozen(5, 2, [OFF]), ONE)).toBe('caller_switched_off');
  });
});
