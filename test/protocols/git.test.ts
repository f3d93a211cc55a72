import { describe, expect, test } from 'vitest';
import type { Answer } from '../../lib/answer.ts';
import { CODES, type Code } from '../../lib/errors.ts';
import { git } from '../../lib/protocols/git.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/protocols/protocol.ts';
import { CODE_NAMES, DECISION_ID, GITHUB, issued, JWT, refusal } from '../harness/answer.ts';
import { httpRequest } from '../harness/broker.ts';
import { faultOf } from '../harness/code.ts';
import { AUDIENCE, NOW } from '../harness/policy.ts';

function parse(changes: Partial<HttpRequest>) {
  return git.parse(
    httpRequest({ path: '/git/push-web', headers: { authorization: 'Bearer a.b.c' }, ...changes }),
    AUDIENCE,
  );
}

describe('a password for git is asked for', () => {
  test('by the path and a bearer token, and nothing else can be asked', () => {
    expect(parse({})).toEqual({
      subjectToken: 'a.b.c',
      access: {
        role: 'push-web',
        scopes: undefined,
        seconds: undefined,
        kinds: ['github'],
        sessionName: undefined,
      },
    });
  });

  test.each(['bearer a.b.c', 'Bearer  a.b.c'])('with %s', authorization => {
    expect(parse({ headers: { authorization } }).subjectToken).toBe('a.b.c');
  });
});

describe('what is asked for is refused', () => {
  test.each<{ name: string; changes: Partial<HttpRequest>; fault: readonly [Code, string] }>([
    { name: 'without a token', changes: { headers: {} }, fault: ['parameter_missing', 'Authorization'] },
    ...['', 'a.b.c', 'Bearer', 'Bearer a b', 'Basic YTpi', 'Bearer a.b.c, Bearer a.b.c'].map(
      authorization => ({
        name: `T57: with no bearer token, or two: ${authorization}`,
        changes: { headers: { authorization } },
        fault: ['parameter_invalid', 'Authorization'] as const,
      }),
    ),
    {
      name: 'T57: with a query',
      changes: { query: 'token=a.b.c' },
      fault: ['parameter_unsupported', 'query'],
    },
    {
      name: 'T57: with a body, as the first versions of the helper sent one',
      changes: { body: new TextEncoder().encode('{"protocol":"https"}') },
      fault: ['parameter_unsupported', 'body'],
    },
    ...['Push-Web', 'a'.repeat(65), '%', '%2e%2e', 'push%2Fweb', '..'].map(segment => ({
      name: `T43: for no name of a role: ${segment}`,
      changes: { path: `/git/${segment}` },
      fault: ['parameter_invalid', 'role'] as const,
    })),
  ])('$name', ({ changes, fault }) => {
    expect(faultOf(() => parse(changes))).toEqual(fault);
  });
});

function render(answer: Answer): HttpAnswer {
  return git.render(answer, httpRequest(), { url: AUDIENCE, audience: AUDIENCE, now: NOW + 0.5 });
}
function body(answer: Answer) {
  return JSON.parse(render(answer).body) as { readonly [name: string]: unknown };
}

test('it is answered as Buildkite’s helper reads it', () => {
  const { status, headers } = render(issued(GITHUB));
  expect(status).toBe(200);
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  expect(body(issued(GITHUB))).toEqual({
    token: 'ghs_local',
    valid_since: NOW,
    expires_at: NOW + 3600,
    token_type: 'bearer',
  });
});

test('a credential of another kind does not leave by this door', () => {
  expect(render(issued(JWT)).status).toBe(503);
  expect(JSON.stringify(render(issued(JWT)))).not.toContain(JWT.token);
});

describe('a refusal', () => {
  // The helper asks again after 429 and 5xx alone.
  test.each(CODE_NAMES)('by %s is asked again only when it is ours', code => {
    const { status, headers } = render(refusal(code));
    expect(status >= 500).toBe(CODES[code].fault === 'ours');
    expect(headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
  });

  test('is told in the first 4096 characters, which the helper shows', () => {
    const claims = [{ claim: 'build_branch', why: 'differs', value: 'topic' }] as const;
    const answer = render(refusal('trust_not_met', { claims, contact: '#team-web' }));
    expect(answer.body.length).toBeLessThan(4096);
    expect(body(refusal('trust_not_met', { claims, contact: '#team-web' }))['code']).toBe('trust_not_met');
    for (const part of ['build_branch differs topic', '#team-web', DECISION_ID])
      expect(answer.body).toContain(part);
  });
});
