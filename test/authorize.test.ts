import { describe, expect, test } from 'vitest';
import { BrokerError } from '../lib/errors.ts';
import { tokenClaims } from './harness/issuer.ts';
import { AUDIENCE, issuersWith } from './harness/policy.ts';
import { CLAIMS, FLAT, IMAGES, REGISTRY_AUDIENCE, testAuthorizer } from './harness/registry.ts';

type Changes = { readonly [name: string]: unknown };

const door = await testAuthorizer([FLAT, CLAIMS]);

const THEIRS = { aud: IMAGES, organization_slug: 'your-org' };
const WRITES = 'for read_packages write_packages';

describe('the flat policy, method by method:', () => {
  test.each<[string, string, Changes, string]>([
    ['my-pipeline on main reads', 'GET', {}, `authorized by trust[0] ${WRITES}`],
    ['my-pipeline on main looks', 'HEAD', {}, `authorized by trust[0] ${WRITES}`],
    ['my-pipeline on main publishes', 'PUT', {}, `authorized by trust[0] ${WRITES}`],
    [
      'my-second-pipeline publishes from any branch',
      'PUT',
      { pipeline_slug: 'my-second-pipeline', build_branch: 'dev' },
      `authorized by trust[1] ${WRITES}`,
    ],
  ])('%s', async (_name, method, changes, expected) => {
    expect(await door.asked({ method }, changes)).toBe(expected);
  });

  test.each<[string, string, Changes, string]>([
    ['my-pipeline on main does not delete', 'DELETE', {}, 'method_not_granted'],
    ['nobody uses a method that is not listed', 'POST', {}, 'method_not_granted'],
    ['my-pipeline on another branch does not publish', 'PUT', { build_branch: 'dev' }, 'trust_not_met'],
    ['my-pipeline on another branch does not read', 'GET', { build_branch: 'dev' }, 'trust_not_met'],
    ['a third pipeline does not publish', 'PUT', { pipeline_slug: 'my-third-pipeline' }, 'trust_not_met'],
    ['T43: another organization is told nothing', 'GET', { organization_slug: 'evil' }, 'registry_refused'],
    ['T43: nor by which methods there are', 'POST', { organization_slug: 'evil' }, 'registry_refused'],
  ])('%s', async (_name, method, changes, expected) => {
    expect(await door.asked({ method }, changes)).toBe(expected);
  });
});

describe('the policy with operators, method by method:', () => {
  const pathOf = (method: string) =>
    `/v2/your-org/web/${method === 'POST' ? 'blobs/uploads/' : 'manifests/latest'}`;
  const one = { ...THEIRS, pipeline_slug: 'one-pipeline' };
  const bot = {
    ...THEIRS,
    iss: 'https://token.actions.githubusercontent.com',
    repository: 'your-org/web',
    actor: 'revert-bot',
  };

  test.each<[string, string, Changes, string]>([
    ['one pipeline pulls', 'GET', one, `authorized by trust[0] ${WRITES}`],
    [
      'one pipeline pushes',
      'POST',
      { ...one, build_branch: 'feature/a' },
      `authorized by trust[0] ${WRITES}`,
    ],
    ['a bot deletes', 'DELETE', bot, 'authorized by trust[1] for delete_packages'],
  ])('%s', async (_name, method, changes, expected) => {
    expect(await door.asked({ method, path: pathOf(method) }, changes)).toBe(expected);
  });

  test.each<[string, string, Changes, string]>([
    ['one pipeline does not delete', 'DELETE', one, 'method_not_granted'],
    ['a bot does not read, since scopes do not add up', 'GET', bot, 'method_not_granted'],
    ['PUT is not listed here', 'PUT', one, 'method_not_granted'],
    ['not from this branch', 'POST', { ...one, build_branch: 'feature/not-this-one' }, 'trust_not_met'],
    [
      'T32: a repository of an owner with a longer name',
      'DELETE',
      { ...bot, repository: 'your-org2/web' },
      'registry_refused',
    ],
    ['no other actor', 'DELETE', { ...bot, actor: 'octocat' }, 'trust_not_met'],
  ])('%s', async (_name, method, changes, expected) => {
    expect(await door.asked({ method, path: pathOf(method) }, changes)).toBe(expected);
  });
});

describe('a token is refused', () => {
  test.each<[string, Changes, string]>([
    ['T16: after its end', { iat: 1_799_999_000, nbf: 1_799_999_000, exp: 1_799_999_300 }, 'token_expired'],
    ['T17: when it lives too long', { exp: 1_800_003_600 }, 'token_lifetime_too_long'],
    ['T22: of an issuer that is not listed', { iss: 'https://evil.example' }, 'token_issuer_unknown'],
    ['T13: of our own', { iss: AUDIENCE }, 'token_issuer_unknown'],
  ])('%s', async (_name, changes, code) => {
    expect(await door.asked({}, changes)).toBe(code);
  });

  test('T05: with another payload than was signed', async () => {
    const [head, , signature] = (await door.issuer.sign(tokenClaims({ aud: REGISTRY_AUDIENCE }))).split('.');
    const payload = Buffer.from(JSON.stringify(tokenClaims({ aud: REGISTRY_AUDIENCE, build_branch: 'x' })));
    const authorization = `Bearer ${head}.${payload.toString('base64url')}.${signature}`;
    expect(await door.asked({ headers: { authorization } })).toBe('token_signature_invalid');
  });

  test('by the guard of the fleet, before its registry', async () => {
    const guarded = issuersWith('require: { organization_slug: acme }');
    const { ask, issuer, event } = await testAuthorizer([FLAT], { issuers: guarded });
    const headers = { authorization: `Bearer ${await issuer.sign(tokenClaims({ aud: REGISTRY_AUDIENCE }))}` };
    expect(await ask({ method: 'GET', path: '/npm/a', headers })).toBe('registry_refused');
    expect(event()).toMatchObject({ outcome: 'denied', reason: 'guard_not_met', registry: 'tested' });
  });
});

test('a token is taken as often as a client sends it, as the password of any user too', async () => {
  const token = await door.issuer.sign(tokenClaims({ aud: REGISTRY_AUDIENCE }));
  const basic = Buffer.from(`buildkite:${token}`).toString('base64');
  const headers = [`Bearer ${token}`, `Bearer ${token}`, `Basic ${basic}`];
  for (const authorization of headers)
    expect(await door.asked({ headers: { authorization } })).toBe(`authorized by trust[0] ${WRITES}`);
});

describe('D1: a mount needs to read where the blob is:', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const path = '/v2/your-org/web/blobs/uploads/';
  const one = { ...THEIRS, pipeline_slug: 'one-pipeline' };

  test.each<[string, string, string]>([
    ['in the same registry', `mount=${digest}&from=your-org/base`, `authorized by trust[0] ${WRITES}`],
    ['in another', `mount=${digest}&from=their-org/app`, 'request_not_understood'],
    ['anywhere', `mount=${digest}`, 'request_not_understood'],
  ])('%s', async (_name, query, expected) => {
    expect(await door.asked({ method: 'POST', path, query }, one)).toBe(expected);
    expect(door.event()).toMatchObject({ method: 'POST', path, query });
  });

  test('and the audit event names it', async () => {
    await door.asked({ method: 'POST', path, query: `mount=${digest}&from=your-org/base` }, one);
    expect(door.event()).toMatchObject({ operation: 'mount of a blob from your-org/base' });
  });

  test('T43: a stranger is told nothing of it', async () => {
    const stranger = { ...one, organization_slug: 'evil' };
    expect(await door.asked({ method: 'POST', path, query: 'mount=x' }, stranger)).toBe('registry_refused');
  });
});

describe('the audit event', () => {
  test('says who did what to which registry, by which statement', async () => {
    const token = await door.issuer.sign(tokenClaims({ aud: REGISTRY_AUDIENCE }));
    const authorization = `Basic ${Buffer.from(`buildkite:${token}`).toString('base64')}`;
    await door.asked({ method: 'PUT', headers: { authorization } });
    expect(door.event()).toMatchObject({
      event: 'authorization',
      outcome: 'authorized',
      protocol: 'registry',
      registry: 'tested',
      method: 'PUT',
      path: '/npm/left-pad',
      user: 'buildkite',
      statement: 'trust[0]',
      scopes: ['read_packages', 'write_packages'],
      pipeline: 'my-pipeline',
      policy_digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      ms: { authenticate: expect.any(Number), decide: expect.any(Number) },
    });
    expect(door.audit.at(-1)).not.toContain(token.split('.')[2]);
  });

  test('says why not, with the condition that stood in the way', async () => {
    await door.asked({ method: 'PUT' }, { build_branch: 'dev' });
    expect(door.event()).toMatchObject({
      outcome: 'denied',
      code: 'trust_not_met',
      reason: 'no_statement_holds',
      unmet: ['build_branch equals: differs'],
    });
  });

  test('T57: has nothing that a stranger wrote, nor a whole token from the place of a name', async () => {
    const path = `/npm/${(await door.issuer.sign(tokenClaims({ aud: REGISTRY_AUDIENCE }))).slice(0, 900)}`;
    await door.ask({ method: 'GET', path, headers: {} });
    expect(door.event()).toMatchObject({ outcome: 'failed', code: 'parameter_missing', registry: 'tested' });
    expect(Object.keys(door.event())).not.toContain('path');
    await door.asked({ path });
    expect(String(door.event().path)).toHaveLength(200);
  });

  test('T84: nobody passes without one', async () => {
    const { ask, issuer, faults } = await testAuthorizer([FLAT], {
      sink: () => {
        throw new Error('full');
      },
    });
    const token = await issuer.sign(tokenClaims({ aud: REGISTRY_AUDIENCE }));
    const headers = { authorization: `Bearer ${token}` };
    expect(await ask({ method: 'GET', path: '/npm/a', headers })).toBe('audit_unavailable');
    expect(faults.map(({ code }) => code)).toEqual(['audit_unavailable']);
  });
});

test.each([
  ['T85: what is thrown unforeseen', new Error('broken'), 'internal_error'],
  ['D02: an issuer without keys', new BrokerError('issuer_keys_unavailable'), 'issuer_keys_unavailable'],
])('%s opens nothing, and is told to the operator', async (_name, error, code) => {
  const keys = () => Promise.reject(error);
  const { ask, issuer, faults } = await testAuthorizer([FLAT], { keys });
  const token = await issuer.sign(tokenClaims({ aud: REGISTRY_AUDIENCE }));
  const headers = { authorization: `Bearer ${token}` };
  expect(await ask({ method: 'GET', path: '/npm/a', headers })).toBe(code);
  expect(faults.map(each => each.code)).toEqual([code]);
});
