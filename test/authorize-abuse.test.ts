import { describe, expect, test } from 'vitest';
import { testBroker } from './harness/broker.ts';
import { tokenClaims } from './harness/issuer.ts';
import { AUDIENCE, PROVIDER } from './harness/policy.ts';
import { CLAIMS, FLAT, IMAGES, REGISTRY_AUDIENCE, testAuthorizer } from './harness/registry.ts';

const door = await testAuthorizer([FLAT, CLAIMS]);

describe('T56: the path alone says which registry it is, and', () => {
  test.each([
    ['what is above every registry', '/admin', 'path_unknown'],
    ['a longer name', '/npmx/left-pad', 'path_unknown'],
    ['another case', '/NPM/left-pad', 'path_unknown'],
    ['an encoded dot', '/npm/%2e%2e/admin', 'parameter_invalid'],
    ['an encoded slash', '/npm/..%2fadmin', 'parameter_invalid'],
    ['an encoded backslash', '/npm/a%5c', 'parameter_invalid'],
    ['two slashes', '//npm/left-pad', 'parameter_invalid'],
    ['a dot segment', '/npm/./left-pad', 'parameter_invalid'],
    ['a parent', '/npm/../v2/your-org/web', 'parameter_invalid'],
    ['a backslash', '/npm\\left-pad', 'parameter_invalid'],
    ['a parameter', '/npm/left-pad;a=b', 'parameter_invalid'],
    ['a control character', '/npm/left-pad\u0000', 'parameter_invalid'],
  ])('%s is refused', async (_name, path, code) => {
    expect(await door.asked({ path })).toBe(code);
  });
});

describe('T56: the method is the one of the request, whatever a header says:', () => {
  test.each([
    'x-http-method-override',
    'x-http-method',
    'x-method-override',
    'x-original-method',
    'x-forwarded-method',
    'x-original-url',
    'x-rewrite-url',
    'x-checksum-deploy',
  ])('%s', async header => {
    for (const method of ['GET', 'DELETE'])
      expect(await door.asked({ method, headers: { [header]: 'GET' } })).toBe('parameter_unsupported');
  });

  test.each(['_method=DELETE', '%5fmethod=DELETE', '_METHOD=DELETE', 'a=b;_method=DELETE'])(
    '%s in the query',
    async query => {
      expect(await door.asked({ query })).toBe('parameter_unsupported');
    },
  );
});

test.each(['host', 'x-forwarded-host', 'x-forwarded-uri', 'forwarded'])(
  'T56: no header moves the request to another registry: %s',
  async header => {
    expect(await door.asked({ path: '/v2/your-org/web', headers: { [header]: '/npm/left-pad' } })).toBe(
      'registry_refused',
    );
  },
);

test('T57: no header makes the source address another', async () => {
  await door.asked({ headers: { 'x-forwarded-for': '198.51.100.9' }, sourceAddress: '203.0.113.7' });
  expect(door.event()).toMatchObject({ source_address: '203.0.113.7' });
});

describe('T19: an audience is that of one registry alone:', () => {
  test.each([
    ['of another registry', IMAGES, 'registry_refused'],
    ['of the broker', AUDIENCE, 'token_audience_differs'],
    ['with a slash', `${REGISTRY_AUDIENCE}/`, 'token_audience_differs'],
    ['of what is above it', 'https://packages.test.example', 'token_audience_differs'],
    ['of what is below it', `${REGISTRY_AUDIENCE}/left-pad`, 'token_audience_differs'],
    ['in other letters', REGISTRY_AUDIENCE.toUpperCase(), 'token_audience_differs'],
    [
      "of Buildkite's own registries",
      'https://packages.buildkite.com/my-organization/npm',
      'token_audience_differs',
    ],
    ['that a list has beside another', [REGISTRY_AUDIENCE, AUDIENCE], 'token_audience_ambiguous'],
  ])('a token %s is refused', async (_name, aud, code) => {
    // Of a caller whom the registry knows, so that the answer to a stranger hides nothing.
    const changes = aud === IMAGES ? { aud, organization_slug: 'your-org' } : { aud };
    expect(await door.asked({}, changes)).toBe(code);
  });

  test('a caller whom the registry knows is told that the audience is at fault', async () => {
    expect(await door.asked({}, { aud: IMAGES })).toBe('audience_not_of_role');
  });

  test('what a row of broker.yml takes beside the default is for roles', async () => {
    const rows =
      '- { preset: buildkite, audiences: [https://also.test.example] }\n- preset: github-actions\n';
    const { ask, issuer } = await testAuthorizer([FLAT], { issuers: rows });
    const token = await issuer.sign(tokenClaims({ aud: 'https://also.test.example' }));
    const headers = { authorization: `Bearer ${token}` };
    expect(await ask({ method: 'GET', path: '/npm/a', headers })).toBe('token_audience_differs');
  });

  test('a token for a registry buys no role', async () => {
    const trust = 'trust:\n  - { iss: https://agent.buildkite.com, organization_slug: my-organization }\n';
    const { ask, issuer } = await testBroker({ roles: { tested: `${trust}${PROVIDER}\n` } });
    const answers = [AUDIENCE, REGISTRY_AUDIENCE].map(async aud =>
      ask({ audience: 'tested', subject_token: await issuer.sign(tokenClaims({ aud })) }),
    );
    expect((await Promise.all(answers)).map(({ status, body }) => [status, JSON.parse(body).code])).toEqual([
      [200, undefined],
      [400, 'token_audience_differs'],
    ]);
  });
});
