import { describe, expect, test } from 'vitest';
import { authorize } from '../../lib/authorize.ts';
import { createAuthorizerHandler } from '../../lib/lambda/authorizer.ts';
import { httpEvent } from '../harness/gateway.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { AUDIENCE, BUILDKITE } from '../harness/policy.ts';
import { FLAT, REGISTRY_AUDIENCE, testAuthorizer } from '../harness/registry.ts';

const door = await testAuthorizer([FLAT]);
const token = await door.issuer.sign(tokenClaims({ aud: REGISTRY_AUDIENCE }));

type Asked = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: { [name: string]: string };
};

/** An event of a REQUEST authorizer has no body, and its headers as the client spelled them. */
function answered({ method = 'GET', path = '/npm/left-pad', headers = {} }: Asked) {
  const { body: _, isBase64Encoded: __, ...event } = httpEvent({ method, path });
  return createAuthorizerHandler(
    request => authorize(door.authorizer, request),
    AUDIENCE,
  )({
    ...event,
    headers: { Authorization: `Bearer ${token}`, ...headers },
  });
}

test('whom the registry lets through is handed on as text', async () => {
  expect(await answered({ method: 'PUT' })).toEqual({
    isAuthorized: true,
    context: {
      decision_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      registry: 'tested',
      statement: 'trust[0]',
      scopes: 'read_packages write_packages',
      issuer: BUILDKITE,
      subject: tokenClaims()['sub'],
    },
  });
});

describe('isAuthorized is false, with a code for the access log and nothing that was sent:', () => {
  test.each<[string, Asked, string]>([
    ['a method beyond the grant', { method: 'DELETE' }, 'method_not_granted'],
    [
      'T56: an override of the method',
      { method: 'DELETE', headers: { 'X-HTTP-Method-Override': 'GET' } },
      'parameter_unsupported',
    ],
    ['another path', { path: '/admin' }, 'path_unknown'],
    ['T56: a path that the gateway decoded to a parent', { path: '/npm/../admin' }, 'parameter_invalid'],
    ['T56: a path that was encoded twice', { path: '/npm/%2e%2e/admin' }, 'parameter_invalid'],
    [
      'T57: two credentials',
      { headers: { Authorization: 'Bearer a.b.c,Bearer d.e.f' } },
      'parameter_invalid',
    ],
    ['no token', { headers: { Authorization: 'Bearer a.b.c' } }, 'token_malformed'],
  ])('%s', async (_name, asked, code) => {
    expect(await answered(asked)).toEqual({
      isAuthorized: false,
      context: {
        decision_id: expect.any(String),
        code,
        message: expect.stringContaining(`/errors/${code}`),
        oci_code: 'DENIED',
      },
    });
  });

  test('no header at all', async () => {
    const { requestContext, rawPath, rawQueryString } = httpEvent({ method: 'GET', path: '/npm/left-pad' });
    const handler = createAuthorizerHandler(request => authorize(door.authorizer, request), AUDIENCE);
    expect(await handler({ requestContext, rawPath, rawQueryString })).toMatchObject({
      isAuthorized: false,
      context: { code: 'parameter_missing' },
    });
  });
});

test('the source address is the one of the gateway', async () => {
  await answered({ headers: { 'X-Forwarded-For': '198.51.100.9' } });
  expect(door.event()).toMatchObject({ source_address: '203.0.113.7' });
});

test('D18: a fault of ours is thrown, so that the gateway says 500 and not 403', async () => {
  const { authorizer } = await testAuthorizer([FLAT], { keys: () => Promise.reject(new Error('away')) });
  const { requestContext, rawPath, rawQueryString } = httpEvent({ method: 'GET', path: '/npm/left-pad' });
  const handler = createAuthorizerHandler(request => authorize(authorizer, request), AUDIENCE);
  const headers = { authorization: `Bearer ${token}` };
  await expect(handler({ requestContext, rawPath, rawQueryString, headers })).rejects.toThrow(
    /^internal_error [0-9a-f-]{36}$/,
  );
});
