import { beforeAll, describe, expect, test } from 'vitest';
import {
  type ClientOptions,
  type ExchangeOptions,
  type ExchangeResult,
  exchange,
} from '../../lib/client/client.ts';
import { agentCall, type Local, localBroker } from '../harness/local.ts';
import { AUDIENCE, NOW } from '../harness/policy.ts';
import { closedUrl, rawServer, type Said, type TestServer, testServer } from '../harness/server.ts';

const REFUSAL = { code: 'trust_not_met', decision_id: 'd-1' };
const FAULT = { code: 'store_unavailable', decision_id: 'd-2' };
const TOKEN: Said = { status: 200, body: { kind: 'jwt', access_token: 'token', expires_in: 300 } };
function busy(headers = {}): Said {
  return { status: 503, body: FAULT, headers };
}

type Asked = { readonly server: TestServer; readonly exchanged: ExchangeResult; readonly waits: number[] };

/** Asks a server that says these one after the other, the last again and again; waiting takes no time but counts. */
async function asked(
  said: readonly (Said | undefined)[],
  options: Partial<ExchangeOptions> = {},
): Promise<Asked> {
  const server = await testServer((_asked, times) => said[Math.min(times, said.length) - 1]);
  const waits: number[] = [];
  let now = NOW;
  const client: ClientOptions = {
    now: () => now,
    random: () => 0.5,
    sleep: async ms => {
      waits.push(ms);
      now += ms / 1000;
    },
  };
  const exchanged = await exchange(
    { broker: server.url, role: 'web', subjectToken: 'a.b.c', ...options },
    client,
  );
  return { server, exchanged, waits };
}

describe('with a real broker', () => {
  let broker: Local;
  beforeAll(async () => {
    broker = await localBroker();
  });
  const asks = (role: string, more: Partial<ExchangeOptions> = {}): Promise<ExchangeResult> => {
    const subjectToken = async () =>
      String((await agentCall(broker.port, { audience: AUDIENCE })).json()['token']);
    return exchange({ broker: broker.url, role, subjectToken, ...more });
  };

  test.each([
    ['keys of AWS', 'deploy', {}, 3600],
    ['keys of AWS for less time', 'deploy', { expiresIn: 900 }, 900],
    ['a token', 'publish', { expiresIn: 120 }, 120],
  ])('%s are issued', async (_name, role, more, seconds) => {
    const exchanged = await asks(role, more);
    expect(exchanged).toMatchObject(
      role === 'deploy'
        ? { outcome: 'issued', kind: 'aws', aws: { AccessKeyId: expect.stringMatching(/^ASIA/) } }
        : { outcome: 'issued', kind: 'jwt', accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) },
    );
    const left = exchanged.outcome === 'issued' ? exchanged.expiresAt - Date.now() / 1000 : 0;
    expect(Math.abs(left - seconds)).toBeLessThan(30);
  });

  test.each([
    ['claims that do not meet the trust policy', 'release', {}, 400, 'trust_not_met'],
    ['a role that is not there', 'nobody', {}, 400, 'role_refused_or_unknown'],
    ['a scope beyond the grant', 'publish', { scope: 'admin' }, 400, 'scope_beyond_grant'],
    ['a token that is none', 'publish', { subjectToken: 'a.b.c' }, 400, 'token_malformed'],
  ])('%s are refused', async (_name, role, more, status, code) => {
    expect(await asks(role, more)).toMatchObject({ outcome: 'refused', status, code });
  });
});

test('a token, its role and what is asked for go in the body alone', async () => {
  const { server } = await asked([TOKEN], { scope: 'read', expiresIn: 60 });
  const [sent] = server.asked;
  expect(sent).toMatchObject({ method: 'POST', path: '/token' });
  expect(sent?.headers).not.toHaveProperty('authorization');
  expect(Object.fromEntries(new URLSearchParams(sent?.body))).toEqual({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    subject_token: 'a.b.c',
    audience: 'web',
    scope: 'read',
    expires_in: '60',
  });
});

describe('another attempt is made', () => {
  test.each([
    ['when the connection breaks', [undefined, TOKEN], [375]],
    ['when the broker is down', [busy(), TOKEN], [375]],
    ['as late as Retry-After says', [busy({ 'retry-after': '2' }), TOKEN], [2375]],
    ['when a gateway is busy', [{ status: 429, body: 'Too Many Requests' }, TOKEN], [375]],
    ['when a gateway has no broker', [{ status: 502 }, TOKEN], [375]],
    ['three times at most', [busy(), busy(), busy(), TOKEN], [375, 750, 1500]],
  ])('%s', async (_name, said, expected) => {
    const { exchanged, waits, server } = await asked(said);
    expect(exchanged).toMatchObject({ outcome: 'issued' });
    expect(waits).toEqual(expected);
    expect(server.asked).toHaveLength(said.length);
  });

  test('with a new subject token and the same key of 128 bits', async () => {
    let minted = 0;
    const { server } = await asked([busy(), TOKEN], { subjectToken: async () => `token-${++minted}` });
    expect(server.asked.map(({ body }) => new URLSearchParams(body).get('subject_token'))).toEqual([
      'token-1',
      'token-2',
    ]);
    const keys = server.asked.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
  });

  test('and another exchange has another key', async () => {
    const both = await Promise.all([asked([TOKEN]), asked([TOKEN])]);
    const keys = both.map(({ server }) => server.asked[0]?.headers['idempotency-key']);
    expect(new Set(keys).size).toBe(2);
  });
});

describe('no other attempt is made', () => {
  test.each([
    ['after a refusal', { status: 400, body: REFUSAL }, { outcome: 'refused', code: 'trust_not_met' }],
    ['after a token that was used', { status: 409, body: REFUSAL }, { outcome: 'refused', status: 409 }],
    [
      'when Retry-After is beyond 20 seconds',
      busy({ 'retry-after': '60' }),
      { outcome: 'refused', status: 503, code: 'store_unavailable' },
    ],
    [
      'after what no broker says',
      { status: 404, body: '<html>' },
      { outcome: 'unreachable', why: 'no_broker' },
    ],
    ['after a page', { status: 200, body: '<html>' }, { outcome: 'unreachable', why: 'no_broker' }],
  ])('%s', async (_name, said, expected) => {
    const { exchanged, waits, server } = await asked([said]);
    expect(exchanged).toMatchObject(expected);
    expect([waits, server.asked.length]).toEqual([[], 1]);
  });

  test('after a redirect, and nothing is sent to where it leads', async () => {
    const thief = await testServer(() => TOKEN);
    const headers = { location: `${thief.url}/token` };
    const { exchanged, waits } = await asked([{ status: 307, headers }]);
    expect(exchanged).toEqual({ outcome: 'unreachable', why: 'redirected', detail: '307' });
    expect([waits, thief.asked]).toEqual([[], []]);
  });
});

test.each([
  ['a broker that stays down', [busy()], { outcome: 'refused', status: 503 }],
  ['a connection that breaks each time', [undefined], { outcome: 'unreachable', why: 'no_answer' }],
])('after four attempts %s is told as it is', async (_name, said, expected) => {
  const { exchanged, server } = await asked(said);
  expect(exchanged).toMatchObject(expected);
  expect(server.asked).toHaveLength(4);
});

test('a port where nothing listens is told with the word of the system', async () => {
  const options = { broker: await closedUrl(), role: 'web', subjectToken: 'a.b.c' };
  const exchanged = await exchange(options, { sleep: async () => {} });
  expect(exchanged).toEqual({ outcome: 'unreachable', why: 'no_answer', detail: 'ECONNREFUSED' });
});

test('an answer that never comes is given up', async () => {
  const server = await testServer(() => new Promise(() => {}));
  const options = { broker: server.url, role: 'web', subjectToken: 'a.b.c', timeout: 1 };
  const exchanged = await exchange(options, { sleep: async () => {}, random: () => 0 });
  expect(exchanged).toEqual({ outcome: 'unreachable', why: 'no_answer', detail: 'TimeoutError' });
  expect(server.asked).toHaveLength(2);
});

test('an answer that begins and never ends is given up', async () => {
  const port = await rawServer(socket => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{');
  });
  const options = { broker: `http://127.0.0.1:${port}`, role: 'web', subjectToken: 'a.b.c', timeout: 1 };
  const exchanged = await exchange(options, { sleep: async () => {} });
  expect(exchanged).toEqual({ outcome: 'unreachable', why: 'no_answer', detail: 'TimeoutError' });
});

test('an answer that is larger than any of a broker is not read to its end, nor asked for again', async () => {
  const server = await testServer(() => ({ status: 200, body: 'x'.repeat(3_000_000) }));
  const exchanged = await exchange({ broker: server.url, role: 'web', subjectToken: 'a.b.c' });
  expect(exchanged).toEqual({ outcome: 'unreachable', why: 'no_answer', detail: 'ANSWER_TOO_LONG' });
  expect(server.asked).toHaveLength(1);
});

test('103 before the answer is passed over (RFC 8297)', async () => {
  const body = JSON.stringify(TOKEN.body);
  const port = await rawServer(socket => {
    socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n');
    socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  });
  const options = { broker: `http://127.0.0.1:${port}`, role: 'web', subjectToken: 'a.b.c' };
  expect(await exchange(options)).toMatchObject({ outcome: 'issued', accessToken: 'token' });
});

test.each(['https://sts.acme.example/token', 'https://sts.acme.example/token/'])(
  '%s is the URL of a door, and nothing is sent there',
  async broker => {
    const options = { broker, role: 'web', subjectToken: () => Promise.reject(new Error()) };
    await expect(exchange(options)).rejects.toThrow(TypeError);
  },
);

test('a URL that no token may be sent to is an error of the caller, before anything is minted', async () => {
  const options = {
    broker: 'http://sts.acme.example',
    role: 'web',
    subjectToken: () => Promise.reject(new Error()),
  };
  await expect(exchange(options)).rejects.toThrow(TypeError);
});

test('a token that cannot be minted is the error of whoever mints', async () => {
  const error = new Error('no token');
  const options = { broker: 'http://127.0.0.1:1', role: 'web', subjectToken: () => Promise.reject(error) };
  await expect(exchange(options)).rejects.toBe(error);
});
