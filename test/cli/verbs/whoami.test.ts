import { describe, expect, test } from 'vitest';
import { runLine } from '../../harness/command-line.ts';
import { testIssuer, tokenClaims } from '../../harness/issuer.ts';
import { agentCall, fileOf, localBroker } from '../../harness/local.ts';
import { AUDIENCE, BUILDKITE } from '../../harness/policy.ts';
import { closedUrl, testServer } from '../../harness/server.ts';
import { buildkiteStep, FOR_BROKER } from '../../harness/step.ts';

const broker = await localBroker();
const issuer = await testIssuer();

function whoami(words: readonly string[]) {
  return runLine(['whoami', '--broker', broker.url, ...words], buildkiteStep(broker).environment);
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
function signed(claims: object): Promise<string> {
  return issuer.sign(tokenClaims({ iat: now(), nbf: now(), exp: now() + 300, ...claims }));
}

describe('nothing stands in the way', () => {
  test('of a token for the audience that the broker wants: exit code 0, and its claims', async () => {
    const { exits, out, error } = await whoami([...FOR_BROKER, '--json']);
    expect([exits, error]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({
      claims: { iss: BUILDKITE, aud: AUDIENCE, organization_slug: 'acme' },
      broker: { url: broker.url, audience: AUDIENCE },
      findings: [],
    });
    expect(JSON.parse(out).seconds_left).toBeGreaterThan(200);
  });
});

describe('exit code 2 and a finding', () => {
  test.each<[name: string, claims: object, finding: string]>([
    ['for a token of another audience', { aud: 'https://other.example' }, 'audience_differs'],
    [
      'for a token of several audiences, which no broker takes',
      { aud: ['https://other.example', AUDIENCE] },
      'audience_several',
    ],
    ['for a token that has expired', { exp: now() - 1 }, 'token_expired'],
    ['for a token that never expires', { exp: undefined }, 'token_expired'],
  ])('%s', async (_name, claims, finding) => {
    const words = ['--token-file', fileOf(await signed(claims))];
    const { exits, out } = await whoami([...words, '--json']);
    expect([exits, JSON.parse(out).findings]).toEqual([2, [finding]]);
    expect((await whoami(words)).out).toContain(`${finding}: `);
  });

  test.each([
    ['where nothing listens', async () => closedUrl()],
    [
      'at what redirects to a broker',
      async () =>
        (await testServer(({ path }) => ({ status: 302, headers: { location: `${broker.url}${path}` } })))
          .url,
    ],
    ['at a page', async () => (await testServer(() => ({ status: 200, body: '<html>' }))).url],
    ['at what has no issuer', async () => (await testServer(() => ({ status: 200, body: {} }))).url],
  ])('%s', async (_name, url) => {
    const words = ['whoami', '--broker', await url(), '--token-file', fileOf(await signed({})), '--json'];
    const { exits, out } = await runLine(words, {});
    expect([exits, JSON.parse(out).findings]).toEqual([2, ['broker_unreachable']]);
  });
});

test('a broker refuses the token of several audiences that whoami warns of', async () => {
  const path = fileOf(await signed({ aud: ['https://other.example', AUDIENCE] }));
  const words = ['exchange', '--role', 'publish', '--broker', broker.url, '--token-file', path];
  expect(await runLine(words, {})).toMatchObject({ exits: 2, out: '' });
});

test.each(['--- forged', '^^^ +++', '::error::forged', '##[error]'])(
  'a claim of the name %s cannot begin a line',
  async name => {
    const { out } = await whoami(['--token-file', fileOf(await signed({ [name]: 'x' }))]);
    expect(out.split('\n').filter(line => /^\s*(---|\^\^\^|::)|##\[/.test(line))).toEqual([]);
  },
);

test('T54: neither the token nor its signature is ever printed', async () => {
  const { token } = (await agentCall(broker.port, { audience: AUDIENCE })).json();
  const [header = '', payload = '', signature = ''] = String(token).split('.');
  for (const words of [[], ['--json']]) {
    const { exits, out, error } = await whoami(['--token-file', fileOf(String(token)), ...words]);
    expect(exits).toBe(0);
    for (const part of [header, payload, signature]) expect(out + error).not.toContain(part);
  }
});

test('a claim cannot forge a line', async () => {
  const path = fileOf(await signed({ build_branch: 'a\n^^^ +++\u001b[31m\u202e' }));
  const { out } = await whoami(['--token-file', path]);
  expect(out).not.toMatch(/^\^\^\^/m);
  expect(out).toMatch(/^[\x20-\x7e\n]*$/);
});

test.each([
  ['a token that is none', 'not a token'],
  ['a token that cannot be taken apart', 'aa.bb.cc'],
])('%s exits with 1 and is not repeated', async (_name, token) => {
  const { exits, out, error } = await whoami(['--token-file', fileOf(token)]);
  expect([exits, out]).toEqual([1, '']);
  expect(error).not.toContain(token);
});
