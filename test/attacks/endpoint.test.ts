/**
 * Whoever writes a role, or stands at the token endpoint of a service, on a whole broker: what each tried, and what it got.
 */
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { GRANT_PARAMETERS } from '../../lib/policy/endpoint.ts';
import { testBroker } from '../harness/broker.ts';
import { TRUST } from '../harness/grant.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { refusalsOf } from '../harness/policy.ts';
import { type Said, testServer } from '../harness/server.ts';

function role(more: string): string {
  return `${TRUST}oauth: { endpoint: exchange, ${more} }\n`;
}
const ROLE = role('parameters: { account: a }, scopes: [read]');
const GOOD = { access_token: 'their-token', token_type: 'Bearer', expires_in: 600, scope: 'read' };

/** What a caller gets of a broker whose service is the attacker's, and what that service was sent. */
async function served(answer: Said | ((body: string) => Said)) {
  const theirs = await testServer(({ body }) => (typeof answer === 'function' ? answer(body) : answer));
  const { ask, issuer, audit } = await testBroker({
    roles: { web: ROLE },
    clouds: { base: theirs.url, random: () => 0 },
  });
  const subject = await issuer.sign(tokenClaims());
  const got = await ask({ audience: 'web', subject_token: subject });
  const { code, access_token } = JSON.parse(got.body) as {
    readonly code?: string;
    readonly access_token?: string;
  };
  return {
    got: code ?? (access_token === undefined ? 'nothing' : 'issued'),
    body: got.body,
    sent: theirs.asked,
    subject,
    audit,
  };
}

describe('T90: our own JWT, presented elsewhere', () => {
  test('the service gets the role’s name for its own audience, for five minutes, and never the job’s token', async () => {
    const { got, sent, subject } = await served({ status: 200, body: GOOD });
    expect(got).toBe('issued');
    const said = new URLSearchParams(sent[0]?.body);
    const { sub, aud, iat = 0, exp = 0 } = decodeJwt(said.get('subject_token') ?? '');
    expect([sub, aud, exp - iat]).toEqual(['role:tested', 'https://login.acme.example', 300]);
    expect(JSON.stringify(sent)).not.toContain(subject.split('.')[2]);
  });

  test.each<readonly [string, string]>([
    ['an audience that a cloud takes', 'audience: sts.amazonaws.com'],
    ['a host of mine', 'url: https://evil.example/token'],
    ['another grant', 'grant: jwt_bearer'],
    ['the subject of another role', 'subject: role:admin'],
    ['the subject of another role, as a claim', 'claims: { sub: "role:admin" }'],
    ['AWS session tags, as a claim', 'claims: { "https://aws.amazon.com/tags": { a: b } }'],
    [
      'an endpoint that a branch names',
      'parameters: { account: "${build_branch}" }, endpoint: "${build_branch}"',
    ],
    ...[...GRANT_PARAMETERS].map(name => [`${name} as a parameter`, `parameters: { ${name}: a }`] as const),
  ])('who writes a role gets nothing for %s', (_tried, more) => {
    expect(refusalsOf(role(`${more}, scopes: [read]`)).length).toBeGreaterThan(0);
  });
});

describe('T91: a hostile token endpoint', () => {
  test.each<[tried: string, answer: Said | ((body: string) => Said), got: string]>([
    [
      'gives more than was asked',
      { status: 200, body: { ...GOOD, scope: 'read admin' } },
      'provider_refused',
    ],
    ['gives a token for ever', { status: 200, body: { ...GOOD, expires_in: undefined } }, 'provider_refused'],
    [
      'gives a token for a year',
      { status: 200, body: { ...GOOD, expires_in: 31_536_000 } },
      'provider_refused',
    ],
    [
      'gives a refresh token in its place',
      { status: 200, body: { ...GOOD, issued_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' } },
      'provider_refused',
    ],
    [
      'sends our JWT on, by a redirect',
      { status: 307, body: '', headers: { location: 'https://evil.example/' } },
      'provider_refused',
    ],
    [
      'gives a header of its own',
      { status: 200, body: { ...GOOD, access_token: 'a\r\nSet-Cookie: b=c' } },
      'provider_refused',
    ],
    [
      'gives variables of its own',
      { status: 200, body: { ...GOOD, access_token: 'a\nLD_PRELOAD=/evil.so' } },
      'provider_refused',
    ],
    ['answers with a megabyte', { status: 200, body: 'a'.repeat(1_000_000) }, 'provider_unavailable'],
    ['answers with a page', { status: 200, body: '<html>' }, 'provider_unavailable'],
    [
      'names the caller as the one at fault',
      { status: 400, body: { error: 'invalid_request', error_description: 'your token is bad' } },
      'broker_misconfigured',
    ],
  ])('that %s', async (_tried, answer, got) => {
    expect((await served(answer)).got).toBe(got);
  });

  test('cannot speak to the caller, nor get our JWT into a log', async () => {
    const words = (body: string): Said => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: `call +1 555 0100 ${body}` },
    });
    const { body, audit, sent } = await served(words);
    const [, , signature = 'none'] = (new URLSearchParams(sent[0]?.body).get('subject_token') ?? '').split(
      '.',
    );
    expect(body).not.toContain('555 0100');
    expect(body + audit.join('')).not.toContain(signature);
  });
});
