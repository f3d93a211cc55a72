import { describe, expect, test } from 'vitest';
import type { Answer } from '../../lib/answer.ts';
import { CODES, type Code } from '../../lib/errors.ts';
import { oauth } from '../../lib/protocols/oauth.ts';
import { AWS_CREDENTIALS, findWireError } from '../../lib/protocols/oauth-answer.ts';
import type { HttpAnswer } from '../../lib/protocols/protocol.ts';
import { AWS, CODE_NAMES, DECISION_ID, issued, JWT, OWN_AUDIENCE, refusal } from '../harness/answer.ts';
import { httpRequest } from '../harness/broker.ts';
import { AUDIENCE, NOW } from '../harness/policy.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const VOICE = { url: AUDIENCE, audience: OWN_AUDIENCE, now: NOW + 0.5 };
function render(answer: Answer, accept?: string): HttpAnswer {
  return oauth.render(
    answer,
    httpRequest({ headers: accept === undefined ? FORM : { ...FORM, accept } }),
    VOICE,
  );
}
function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
function json(answer: Answer): unknown {
  return JSON.parse(render(answer).body);
}
function lines(answer: Answer): string[] {
  return render(answer, 'text/plain').body.trimEnd().split('\n');
}

describe('a credential is answered', () => {
  test('an access token, as RFC 8693 has it', () => {
    expect(json(issued(JWT))).toEqual({
      access_token: 'h.p.s',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 300,
      kind: 'jwt',
    });
  });

  test.each([
    { asked: undefined, is: 'access_token' },
    { asked: '', is: 'access_token' },
    { asked: 'access_token', is: 'access_token' },
    { asked: 'jwt', is: 'jwt' },
  ])('under the name that it was asked for by: $asked (RFC 8693 §2.2.1)', ({ asked, is }) => {
    const type = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;
    const wish = asked && type(asked);
    const form = encode(
      wish === undefined ? '' : new URLSearchParams({ requested_token_type: wish }).toString(),
    );
    const json = encode(JSON.stringify(wish === undefined ? {} : { requestedTokenType: wish }));
    for (const request of [
      httpRequest({ headers: FORM, body: form }),
      httpRequest({ headers: { 'content-type': 'application/json' }, body: json }),
    ]) {
      expect(JSON.parse(oauth.render(issued(JWT), request, VOICE).body)).toMatchObject({
        issued_token_type: type(is),
        token_type: 'Bearer',
      });
    }
  });

  test('with the scopes that were granted, when there are any', () => {
    expect(json(issued(JWT, '    scopes: [read, write]\n'))).toMatchObject({ scope: 'read write' });
  });

  test('AWS credentials, once by name and once as credential_process prints them', () => {
    const aws = {
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: 'secret/with+signs=',
      AccountId: '123456789012',
      SessionToken: 'session$(token)',
      Expiration: '2027-01-15T09:00:00Z',
    };
    const answer = json(issued(AWS)) as { access_token: string };
    expect(answer).toEqual({
      access_token: expect.any(String),
      issued_token_type: AWS_CREDENTIALS,
      token_type: 'N_A',
      expires_in: 3600,
      kind: 'aws',
      aws,
    });
    expect(JSON.parse(answer.access_token)).toEqual({ Version: 1, ...aws });
  });

  test('AWS credentials as lines of text, never quoted: they are to be read and not evaluated', () => {
    expect(lines(issued(AWS))).toEqual([
      'KIND=aws',
      'AWS_ACCESS_KEY_ID=ASIAEXAMPLE',
      'AWS_SECRET_ACCESS_KEY=secret/with+signs=',
      'AWS_SESSION_TOKEN=session$(token)',
      'AWS_CREDENTIAL_EXPIRATION=2027-01-15T09:00:00Z',
    ]);
  });

  test('an access token as lines of text', () => {
    expect(lines(issued(JWT))).toEqual(['KIND=jwt', 'ACCESS_TOKEN=h.p.s', 'EXPIRES_AT=2027-01-15T08:05:00Z']);
  });
});

describe('text is answered to those who name it and do not name JSON', () => {
  test.each([
    { accept: undefined, type: 'application/json' },
    { accept: '*/*', type: 'application/json' },
    { accept: 'application/json, text/plain, */*', type: 'application/json' },
    { accept: 'text/plain', type: 'text/plain; charset=utf-8' },
    { accept: 'TEXT/PLAIN, */*', type: 'text/plain; charset=utf-8' },
  ])('Accept: $accept', ({ accept, type }) => {
    expect(render(issued(JWT), accept).headers['content-type']).toBe(type);
    expect(render(refusal('internal_error'), accept).headers['content-type']).toBe(type);
  });
});

describe('a refusal is answered', () => {
  test.each<{ code: Code; status: number; error: string }>([
    { code: 'body_too_large', status: 413, error: 'invalid_request' },
    { code: 'content_type_unsupported', status: 415, error: 'invalid_request' },
    { code: 'grant_type_unsupported', status: 400, error: 'unsupported_grant_type' },
    { code: 'method_not_allowed', status: 405, error: 'invalid_request' },
    { code: 'path_unknown', status: 404, error: 'invalid_request' },
    { code: 'parameter_repeated', status: 400, error: 'invalid_request' },
    { code: 'token_expired', status: 400, error: 'invalid_request' },
    { code: 'role_refused_or_unknown', status: 400, error: 'invalid_target' },
    { code: 'trust_not_met', status: 400, error: 'invalid_target' },
    { code: 'scope_beyond_grant', status: 400, error: 'invalid_scope' },
    { code: 'seconds_above_maximum', status: 400, error: 'invalid_request' },
    { code: 'requested_token_type_differs', status: 400, error: 'invalid_request' },
    { code: 'target_unsupported', status: 400, error: 'invalid_target' },
    { code: 'role_parameter_holds_audience', status: 400, error: 'invalid_target' },
    { code: 'token_already_used', status: 409, error: 'invalid_request' },
  ])('$code is $status $error', ({ code, status, error }) => {
    expect(findWireError(code)).toEqual([status, error]);
    expect(render(refusal(code)).status).toBe(status);
  });

  test.each(CODE_NAMES.filter(code => CODES[code].fault === 'ours'))(
    '%s is ours: 503, and worth another try',
    code => {
      const { status, headers } = render(refusal(code));
      expect([status, findWireError(code)[1]]).toEqual([503, 'temporarily_unavailable']);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    },
  );

  test('T75: rate_limited is 429, and worth another try', () => {
    const { status, headers } = render({ ...refusal('rate_limited'), retryAfter: 7 });
    expect([status, headers['retry-after']]).toEqual([429, '7']);
  });

  test.each(CODE_NAMES.filter(code => CODES[code].fault !== 'ours' && code !== 'rate_limited'))(
    '%s is not ours: trying again will not help',
    code => {
      const { status, headers } = render(refusal(code));
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(headers).not.toHaveProperty('retry-after');
    },
  );

  test.each(CODE_NAMES)('%s is described in the characters of RFC 6749 §5.2', code => {
    const body = json(refusal(code, { at: 'subject_token', nearRole: 'deploy-web' })) as {
      error_description: string;
    };
    expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  test('that its token was for another audience, with the one to mint it for', () => {
    const body = json(refusal('token_audience_differs')) as { error_description: string };
    expect(body.error_description).toContain('urn:?own?audience');
  });

  test('with its members, and no others', () => {
    const claims = [{ claim: 'build_branch', why: 'differs', value: 'topic' }] as const;
    expect(json(refusal('trust_not_met', { claims, contact: '#team-web' }))).toEqual({
      error: 'invalid_target',
      error_description: CODES.trust_not_met.says,
      error_uri: `${AUDIENCE}/errors/trust_not_met`,
      code: 'trust_not_met',
      decision_id: DECISION_ID,
      claims,
      contact: '#team-web',
    });
  });

  test('without claims and contact when there are none', () => {
    expect(Object.keys(json(refusal('role_refused_or_unknown')) as object)).toEqual([
      'error',
      'error_description',
      'error_uri',
      'code',
      'decision_id',
    ]);
  });

  test('as lines of text', () => {
    const claims = [
      { claim: 'build_branch', why: 'differs', value: 'topic' },
      { claim: 'cluster_id', why: 'absent', add: '--claim cluster_id' },
    ] as const;
    expect(lines(refusal('trust_not_met', { claims, contact: '#team-web' }))).toEqual([
      'ERROR=invalid_target',
      'CODE=trust_not_met',
      `DESCRIPTION=${CODES.trust_not_met.says}`,
      `DECISION_ID=${DECISION_ID}`,
      `ERROR_URI=${AUDIENCE}/errors/trust_not_met`,
      'CONTACT=#team-web',
      'CLAIM=build_branch differs topic',
      'CLAIM=cluster_id absent (add --claim cluster_id)',
    ]);
  });

  test('a wrong method is told the right one', () => {
    expect(render(refusal('method_not_allowed')).headers['allow']).toBe('POST');
  });
});

test.each(
  ['application/json', 'text/plain'].flatMap(accept => [
    { accept, answer: issued(AWS) },
    { accept, answer: refusal('token_expired') },
  ]),
)(
  'T55: an answer ($answer.kind, $accept) is kept by no cache and bears the decision id',
  ({ accept, answer }) => {
    expect(render(answer, accept).headers).toMatchObject({
      'cache-control': 'no-store',
      pragma: 'no-cache',
      'decision-id': DECISION_ID,
    });
  },
);
