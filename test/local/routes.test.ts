import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { agentCall, type Called, call, localBroker } from '../harness/local.ts';
import { AUDIENCE, BUILDKITE, GITHUB } from '../harness/policy.ts';

const broker = await localBroker();

function claimsOf(answer: Called) {
  return decodeJwt(String(answer.json()['token']));
}
function put(job: string, body: unknown): Promise<Called> {
  return call(broker.port, { method: 'PUT', path: `/local/jobs/${job}`, body: JSON.stringify(body) });
}

describe("Buildkite's agent call", () => {
  test('gives a token alone, of the first organization and pipeline that the roles name', async () => {
    const answer = await agentCall(broker.port, {}, 'never-put');
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(Object.keys(answer.json())).toEqual(['token']);
    expect(claimsOf(answer)).toMatchObject({
      iss: BUILDKITE,
      aud: 'https://buildkite.com/acme',
      organization_slug: 'acme',
      pipeline_slug: 'web',
      build_branch: 'main',
      job_id: 'never-put',
    });
  });

  test('takes all that buildkite-agent can ask for', async () => {
    const answer = await agentCall(broker.port, {
      audience: AUDIENCE,
      lifetime: 60,
      claims: ['queue_key'],
      aws_session_tags: ['build_number'],
      subject_claim: 'job_id',
    });
    const claims = claimsOf(answer);
    expect(claims).toMatchObject({
      aud: AUDIENCE,
      sub: 'job-1',
      queue_key: null,
      'https://aws.amazon.com/tags': { principal_tags: { build_number: ['1'] } },
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(60);
  });

  test('takes an empty body', async () => {
    const { status } = await call(broker.port, {
      method: 'POST',
      path: '/local/agent/v3/jobs/job-1/oidc/tokens',
      headers: { authorization: 'Token local' },
    });
    expect(status).toBe(200);
  });

  test.each([
    ['no Authorization', {}],
    ['a bearer in place of a Token', { authorization: 'Bearer local' }],
    ['a Token without a value', { authorization: 'Token ' }],
  ])('answers 401 to %s', async (_name, headers) => {
    const path = '/local/agent/v3/jobs/job-1/oidc/tokens';
    const { status } = await call(broker.port, { method: 'POST', path, headers, body: '{}' });
    expect(status).toBe(401);
  });

  test.each([
    ['a body that is not JSON', 'audience=a'],
    ['a body that is no object', '[]'],
    ['a member that stands twice', '{"lifetime":60,"lifetime":7200}'],
    ['a parameter that the agent does not send', '{"aud":"a"}'],
    ['a parameter that every object inherits', '{"toString":"a"}'],
    ['a lifetime as text', '{"lifetime":"60"}'],
    ['an empty audience, which the agent leaves out', '{"audience":""}'],
    ['a lifetime of 0, which the agent leaves out', '{"lifetime":0}'],
    ['no claims, which the agent leaves out', '{"claims":[]}'],
    ['no session tags, which the agent leaves out', '{"aws_session_tags":[]}'],
    ['an empty subject claim, which the agent leaves out', '{"subject_claim":""}'],
    ['claims as text', '{"claims":"queue_key"}'],
    ['claims that are not texts', '{"claims":[1]}'],
    ['a claim that is not known', '{"claims":["build_creator"]}'],
    ['a body that is cut off at 64 KiB', `{"audience":"${'a'.repeat(70_000)}"}`],
  ])('answers 422 to %s', async (_name, body) => {
    const path = '/local/agent/v3/jobs/job-1/oidc/tokens';
    const headers = { authorization: 'Token local' };
    const answer = await call(broker.port, { method: 'POST', path, headers, body });
    expect(answer.status).toBe(422);
    expect(Object.keys(answer.json())).toEqual(['message']);
  });

  test('answers 422 to a lifetime over two hours, in the words of Buildkite', async () => {
    const answer = await agentCall(broker.port, { lifetime: 14_400 });
    expect(answer.status).toBe(422);
    expect(answer.json()).toEqual({ message: 'Requested lifetime too high (requested: 14400 max: 7200)' });
  });
});

describe('a job that was put', () => {
  test('has its claims in its tokens, and nobody else has', async () => {
    const answer = await put('of-release', {
      issuer: BUILDKITE,
      claims: { build_branch: 'release', build_tag: 'v1' },
    });
    expect(answer).toMatchObject({ status: 200 });
    expect(claimsOf(await agentCall(broker.port, {}, 'of-release'))).toMatchObject({
      build_branch: 'release',
      build_tag: 'v1',
    });
    expect(claimsOf(await agentCall(broker.port))).toMatchObject({ build_branch: 'main', build_tag: null });
  });

  test('can be of another vendor', async () => {
    await put('of-github', { issuer: GITHUB, claims: { repository: 'acme/web' } });
    expect(claimsOf(await agentCall(broker.port, {}, 'of-github'))).toMatchObject({
      iss: GITHUB,
      repository_owner: 'acme',
    });
  });

  test.each([
    ['no issuer', { claims: {} }],
    ['no claims', { issuer: BUILDKITE }],
    ['claims that are null', { issuer: BUILDKITE, claims: null }],
    ['claims that are a list', { issuer: BUILDKITE, claims: [] }],
    ['an issuer that broker.yml lacks', { issuer: 'https://other.example', claims: {} }],
  ])('is refused with %s', async (_name, body) => {
    expect(await put('refused', body)).toMatchObject({ status: 422 });
  });
});

test('discovery leads to the keys that verify the tokens of a stand-in', async () => {
  const found = await call(broker.port, { path: '/local/issuers/0/.well-known/openid-configuration' });
  const { issuer, jwks_uri } = found.json();
  expect([issuer, jwks_uri]).toEqual([BUILDKITE, `${broker.url}/local/issuers/0/.well-known/jwks`]);
  const keys = (await (await fetch(String(jwks_uri))).json()) as JSONWebKeySet;
  const { token } = (await agentCall(broker.port, { audience: AUDIENCE })).json();
  const verified = jwtVerify(String(token), createLocalJWKSet(keys), {
    issuer: BUILDKITE,
    audience: AUDIENCE,
  });
  await expect(verified).resolves.toBeDefined();
});

test.each([
  ['GET', '/local/agent/v3/jobs/job-1/oidc/tokens'],
  ['POST', '/local/agent/v3/jobs/a%2Fb/oidc/tokens'],
  ['POST', '/local/jobs/job-1'],
  ['PUT', `/local/jobs/${'a'.repeat(65)}`],
  ['GET', '/local/issuers/999/.well-known/jwks'],
  ['GET', '/local/sts'],
  ['GET', '/local/clouds/sts.googleapis.com/v1/token'],
  ['GET', '/local/'],
])('nothing answers to %s %s', async (method, path) => {
  const headers = { authorization: 'Token local' };
  expect(await call(broker.port, { method, path, headers })).toMatchObject({ status: 404 });
});
