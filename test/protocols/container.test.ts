import { describe, expect, test } from 'vitest';
import type { Answer } from '../../lib/answer.ts';
import { CODES, type Code } from '../../lib/errors.ts';
import { findBearerStatus } from '../../lib/protocols/bearer.ts';
import { container } from '../../lib/protocols/container.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/protocols/protocol.ts';
import { serve } from '../../lib/serve.ts';
import { AWS, CODE_NAMES, DECISION_ID, issued, JWT, OWN_AUDIENCE, refusal } from '../harness/answer.ts';
import { httpRequest, testBroker } from '../harness/broker.ts';
import { faultOf } from '../harness/code.ts';
import { TRUST } from '../harness/grant.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { AUDIENCE, NOW } from '../harness/policy.ts';

function parse(changes: Partial<HttpRequest>) {
  return container.parse(
    httpRequest({
      method: 'GET',
      path: '/credentials/deploy-web',
      headers: { authorization: 'a.b.c' },
      ...changes,
    }),
    AUDIENCE,
  );
}

describe('credentials are asked for', () => {
  test('the path names the role, the header is the subject token, and nothing else can be asked', () => {
    expect(parse({})).toEqual({
      subjectToken: 'a.b.c',
      access: {
        role: 'deploy-web',
        scopes: undefined,
        seconds: undefined,
        kinds: ['aws'],
        sessionName: undefined,
      },
    });
  });

  test.each([
    { name: 'a raw token', authorization: 'a.b.c' },
    { name: 'Bearer', authorization: 'Bearer a.b.c' },
    { name: 'bearer in lower case', authorization: 'bearer  a.b.c' },
    { name: 'a line feed of a token file', authorization: 'a.b.c\n' },
    { name: 'a CR LF of a token file', authorization: 'Bearer a.b.c\r\n' },
  ])('with $name', ({ authorization }) => {
    expect(parse({ headers: { authorization } }).subjectToken).toBe('a.b.c');
  });

  test('of a role whose name is percent-encoded', () => {
    expect(parse({ path: '/credentials/deploy%2Dweb' }).access.role).toBe('deploy-web');
  });
});

describe('what is asked for is refused', () => {
  test.each<{ name: string; changes: Partial<HttpRequest>; fault: readonly [Code, string] }>([
    ...[{}, { authorization: '' }, { authorization: 'Bearer' }, { authorization: 'Bearer ' }].map(
      headers => ({
        name: `without a token: ${JSON.stringify(headers)}`,
        changes: { headers },
        fault: ['parameter_missing', 'Authorization'] as const,
      }),
    ),
    {
      name: 'T57: a token in a second place, the query',
      changes: { query: 'token=a.b.c' },
      fault: ['parameter_unsupported', 'query'],
    },
    ...['Deploy-Web', 'a'.repeat(65), '%', '%ff', '%2e%2e', 'deploy%2Fweb', 'deploy%252Dweb', '..'].map(
      segment => ({
        name: `T43: no name of a role: ${segment}`,
        changes: { path: `/credentials/${segment}` },
        fault: ['parameter_invalid', 'role'] as const,
      }),
    ),
  ])('$name', ({ changes, fault }) => {
    expect(faultOf(() => parse(changes))).toEqual(fault);
  });
});

function render(answer: Answer): HttpAnswer {
  return container.render(answer, httpRequest(), { url: AUDIENCE, audience: OWN_AUDIENCE, now: NOW });
}
function body(answer: Answer) {
  return JSON.parse(render(answer).body) as { readonly [name: string]: string };
}

const ROLE_ARN = 'arn:aws:iam::123456789012:role/deploy';
const TARGET = `aws: { role_arn: "${ROLE_ARN}" }\n`;

test('credentials are answered as both families of SDKs read them', () => {
  expect(render(issued(AWS, TARGET)).status).toBe(200);
  expect(body(issued(AWS, TARGET))).toEqual({
    AccessKeyId: 'ASIAEXAMPLE',
    SecretAccessKey: 'secret/with+signs=',
    Token: 'session$(token)',
    Expiration: '2027-01-15T09:00:00Z',
    AccountId: '123456789012',
    RoleArn: ROLE_ARN,
  });
});

describe('a refusal is answered', () => {
  test.each<{ code: Code; status: number }>([
    { code: 'parameter_missing', status: 401 },
    { code: 'token_expired', status: 401 },
    { code: 'token_signature_invalid', status: 401 },
    { code: 'token_malformed', status: 401 },
    { code: 'parameter_invalid', status: 400 },
    { code: 'parameter_unsupported', status: 400 },
    { code: 'role_refused_or_unknown', status: 403 },
    { code: 'trust_not_met', status: 403 },
    { code: 'single_use_not_here', status: 403 },
    { code: 'token_already_used', status: 403 },
    { code: 'requested_token_type_differs', status: 403 },
    { code: 'method_not_allowed', status: 405 },
    { code: 'issuer_keys_unavailable', status: 503 },
  ])('$code is $status', ({ code, status }) => {
    expect(render(refusal(code)).status).toBe(status);
  });

  test.each(CODE_NAMES)(
    '%s is ours with 5xx, and else the caller does not gain by trying again, but over a limit',
    code => {
      const { status, headers } = render(refusal(code));
      expect(status).toBe(findBearerStatus(code));
      expect(status >= 500).toBe(CODES[code].fault === 'ours');
      expect('retry-after' in headers).toBe(status === 503 || code === 'rate_limited');
    },
  );

  test('by its code, and in one text that a user of boto3 reads whole', () => {
    const claims = [
      { claim: 'build_branch', why: 'differs', value: 'topic' },
      { claim: 'cluster_id', why: 'absent', add: '--claim cluster_id' },
    ] as const;
    const said = body(refusal('trust_not_met', { claims, contact: '#team-web' }));
    expect(Object.keys(said)).toEqual(['code', 'message']);
    expect(said['code']).toBe('trust_not_met');
    for (const part of [
      CODES.trust_not_met.says,
      'build_branch differs topic; cluster_id absent (add --claim cluster_id)',
      '#team-web',
      DECISION_ID,
      `${AUDIENCE}/errors/trust_not_met`,
    ])
      expect(said['message']).toContain(part);
  });

  test.each<Code>(['token_expired', 'token_audience_differs'])(
    '%s says how to mint the next token, whose audience is no command',
    code => {
      expect(body(refusal(code))['message']).toContain(
        'buildkite-agent oidc request-token --audience urn:?own?audience',
      );
    },
  );

  test.each<Code>(['token_expired', 'parameter_missing'])('%s says where the token belongs', code => {
    expect(body(refusal(code))['message']).toContain('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE');
  });

  test('with the method to use and the scheme to authenticate by (RFC 9110 §15.5)', () => {
    expect(render(refusal('method_not_allowed')).headers['allow']).toBe('GET');
    expect(render(refusal('token_expired')).headers['www-authenticate']).toBe('Bearer');
  });
});

test.each([issued(AWS, TARGET), refusal('token_expired')])(
  'T55: an answer ($kind) is kept by no cache and bears the decision id',
  answer => {
    expect(render(answer).headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'decision-id': DECISION_ID,
    });
  },
);

test('a credential of another kind does not leave by this door', () => {
  const { status, body: text } = render(issued(JWT));
  expect([status, JSON.parse(text).code]).toEqual([503, 'internal_error']);
  expect(text).not.toContain(JWT.token);
});

test('T63: a role that takes a token once has nothing here, where SDKs send one token again and again', async () => {
  const once = `single_use: true\n${TRUST}aws: { role_arn: "arn:aws:iam::123456789012:role/once" }\n`;
  const { broker, issuer, event } = await testBroker({ roles: { once } });
  const headers = { authorization: await issuer.sign(tokenClaims()) };
  await serve(broker, httpRequest({ method: 'GET', path: '/credentials/once', headers }));
  expect(event()).toMatchObject({ outcome: 'denied', reason: 'single_use_not_here' });
});
