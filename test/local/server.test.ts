import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { call, configFrom, exchangeAt, localBroker, ROLES } from '../harness/local.ts';

function onlyFrom(range: string): string {
  return ROLES.publish.replace(
    'build_branch: main }',
    `build_branch: main }\n    request: { source_ip: { in: [${range}] } }`,
  );
}

const broker = await localBroker(
  configFrom({
    publish: ROLES.publish,
    'from-here': onlyFrom('127.0.0.0/8'),
    'from-office': onlyFrom('203.0.113.0/24'),
  }),
);

describe('T61: the Host of a name that was rebound to this address is answered with 421', () => {
  test.each([
    ['of another name', (port: number) => `sts.evil.example:${port}`],
    ['that begins like ours', (port: number) => `127.0.0.1.evil.example:${port}`],
    ['without the port', () => '127.0.0.1'],
    ['of another port', (port: number) => `localhost:${port + 1}`],
    ['with a user before it', (port: number) => `user@127.0.0.1:${port}`],
  ])('%s', async (_name, host) => {
    const headers = { host: host(broker.port), authorization: 'Token local' };
    const mint = '/local/agent/v3/jobs/job-1/oidc/tokens';
    expect(await call(broker.port, { method: 'POST', path: mint, headers })).toMatchObject({ status: 421 });
    expect(await call(broker.port, { path: '/health', headers })).toMatchObject({ status: 421 });
  });
});

test.each(['127.0.0.1', 'localhost'])('the Host %s with the port is answered', async name => {
  const answer = await call(broker.port, { path: '/health', headers: { host: `${name}:${broker.port}` } });
  expect(answer).toMatchObject({ status: 200, text: 'ok\n' });
});

describe('T65: what comes from a browser or through a proxy is refused below /local/, with', () => {
  const HEADERS = [
    ['origin', 'https://evil.example'],
    ['origin', 'null'],
    ['forwarded', 'for=203.0.113.7'],
    ['via', '1.1 proxy'],
    ['x-real-ip', '203.0.113.7'],
    ['sec-fetch-site', 'cross-site'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-host', 'localhost'],
    ['x-forwarded-proto', 'https'],
  ] as const;
  test.each(HEADERS)('%s: %s', async (name, value) => {
    const headers = { authorization: 'Token local', [name]: value };
    const asked = [
      { method: 'POST', path: '/local/agent/v3/jobs/job-1/oidc/tokens', headers },
      { method: 'PUT', path: '/local/jobs/job-1', headers },
      { method: 'POST', path: '/local/sts', headers },
      { method: 'GET', path: '/local/issuers/0/.well-known/jwks', headers },
    ];
    const answers = await Promise.all(asked.map(each => call(broker.port, each)));
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  });

  test.each(HEADERS)('and answered elsewhere, with %s: %s', async (name, value) => {
    const answer = await call(broker.port, { path: '/health', headers: { [name]: value } });
    expect(answer).toMatchObject({ status: 200 });
  });
});

test.each([
  ['/health', {}],
  ['/health', { origin: 'https://evil.example' }],
  ['/local/issuers/0/.well-known/jwks', {}],
])('T65: no page of another site may read %s', async (path, headers) => {
  const answer = await call(broker.port, { path, headers });
  expect(Object.keys(answer.headers).filter(name => name.startsWith('access-control-'))).toEqual([]);
});

/** Does anything answer at this address? An address that this machine has not, answers nothing either. */
function reached(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host, port, timeout: 500 });
    const end = (found: boolean) => () => {
      socket.destroy();
      resolve(found);
    };
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
  });
}

test('the server listens on 127.0.0.1 and nowhere else', async () => {
  const own = Object.values(networkInterfaces()).flatMap(each => each?.map(({ address }) => address) ?? []);
  const others = new Set(['127.0.0.2', '::1', ...own]);
  others.delete('127.0.0.1');
  const found = await Promise.all([...others].map(host => reached(host, broker.port)));
  expect(found).not.toContain(true);
  expect(await reached('127.0.0.1', broker.port)).toBe(true);
});

test.each([
  ['just over the limit', 32 * 1024 + 1],
  ['over what is read', 64 * 1024 + 1],
  ['of two megabytes', 2 * 1024 * 1024],
])('T58: a body %s is answered with 413 and not with a reset', async (_name, length) => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = `subject_token=${'a'.repeat(length - 14)}`;
  const answer = await call(broker.port, { method: 'POST', path: '/token', headers, body });
  expect(answer.status).toBe(413);
  expect(answer.json()).toMatchObject({ code: 'body_too_large' });
});

test('a body of the greatest length is read', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = `subject_token=${'a'.repeat(32 * 1024 - 14)}`;
  const answer = await call(broker.port, { method: 'POST', path: '/token', headers, body });
  expect(answer.json()).toMatchObject({ code: 'parameter_missing' });
});

test('a client that never stops sending is cut off', async () => {
  const body = 'a'.repeat(8 * 1024 * 1024);
  await expect(call(broker.port, { method: 'POST', path: '/token', body })).rejects.toThrow();
  expect(await call(broker.port, { path: '/health' })).toMatchObject({ status: 200 });
});

describe('the source address is that of the socket', () => {
  test.each([
    ['from-here', 200],
    ['from-office', 400],
  ])('so the role %s answers %i, whatever a header says', async (role, status) => {
    expect(await exchangeAt(broker.port, role, { 'x-forwarded-for': '203.0.113.7' })).toMatchObject({
      status,
    });
  });
});

test('a query reaches the door, which refuses it', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await call(broker.port, { method: 'POST', path: '/token?audience=publish', headers });
  expect(answer.json()).toMatchObject({ code: 'parameter_unsupported' });
});

test('AWS’s own clients find an STS at the root, and its Date is true: they set their clocks by it', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  const answer = await call(broker.port, { method: 'POST', path: '/', headers, body });
  expect(answer).toMatchObject({
    status: 403,
    text: expect.stringContaining('<Code>MissingAuthenticationToken</Code>'),
  });
  const apart = Math.abs(Date.parse(String(answer.headers.date)) - Date.now());
  expect(apart).toBeLessThan(4 * 60_000);
});

test('closing ends connections that are kept open without a request', async () => {
  const closing = await localBroker(configFrom());
  const socket = connect({ host: '127.0.0.1', port: closing.port });
  const ended = new Promise(resolve => socket.on('close', resolve));
  socket.write(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${closing.port}\r\n\r\n`);
  await new Promise(resolve => socket.once('data', resolve));
  await sleep(20);
  const started = performance.now();
  await Promise.all([closing.close(), ended]);
  expect(performance.now() - started).toBeLessThan(1000);
  expect(await reached('127.0.0.1', closing.port)).toBe(false);
});
