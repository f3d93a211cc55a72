import { afterAll, describe, expect, test } from 'vitest';
import { serveKeys } from '../../lib/client/endpoint.ts';
import { type Called, call } from '../harness/local.ts';

const KEYS = {
  AccessKeyId: 'ASIAEXAMPLE',
  SecretAccessKey: 'secret',
  SessionToken: 'session',
  Expiration: '2027-01-15T09:00:00Z',
};

let given = 0;
const open = await serveKeys(async () => {
  given++;
  return KEYS;
});
const port = Number(new URL(open.url).port);
afterAll(() => open.close());

function asks(changes: {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: object;
}): Promise<Called> {
  const headers = { host: `127.0.0.1:${port}`, authorization: open.token, ...changes.headers };
  const { method = 'GET', path = new URL(open.url).pathname } = changes;
  return call(port, { method, path, headers });
}

test('the child has the keys as container credentials, which no cache may keep', async () => {
  const { status, headers, json } = await asks({});
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'application/json',
    'no-store',
  ]);
  const { SessionToken, ...rest } = KEYS;
  expect(json()).toEqual({ ...rest, Token: SessionToken });
});

test('its token has 256 bits, another each time, and its port is on 127.0.0.1 alone', async () => {
  const other = await serveKeys(async () => KEYS);
  expect(open.token).toMatch(/^[0-9a-f]{64}$/);
  expect(other.token).not.toBe(open.token);
  expect(other.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/credentials$/);
  await other.close();
});

describe('is refused, and no keys are asked for:', () => {
  test.each<[name: string, changes: Parameters<typeof asks>[0], status: number, code: string]>([
    ['no token', { headers: { authorization: '' } }, 401, 'Unauthorized'],
    ['another token', { headers: { authorization: '0'.repeat(64) } }, 401, 'Unauthorized'],
    ['a token of another length', { headers: { authorization: '0' } }, 401, 'Unauthorized'],
    ['T61: a name that was rebound', { headers: { host: 'evil.example' } }, 421, 'WrongHost'],
    ['T61: this machine by another name', { headers: { host: 'localhost' } }, 421, 'WrongHost'],
    ['a page in a browser', { headers: { origin: 'http://127.0.0.1' } }, 403, 'OriginRefused'],
    ['another path', { path: '/' }, 404, 'NotFound'],
    ['a query', { path: '/credentials?x=1' }, 404, 'NotFound'],
    ['another method', { method: 'POST' }, 405, 'MethodNotAllowed'],
  ])('%s', async (_name, changes, status, code) => {
    const before = given;
    const answer = await asks(changes);
    expect([answer.status, answer.json()['code']]).toEqual([status, code]);
    expect(answer.text).not.toContain(open.token);
    expect(given).toBe(before);
  });
});

test('a failure is told in the form that SDKs show', async () => {
  const failing = await serveKeys(() => Promise.reject(new Error('trust_not_met: No.')));
  const answer = await fetch(failing.url, { headers: { authorization: failing.token } });
  expect([answer.status, await answer.json()]).toEqual([
    503,
    { code: 'CredentialsUnavailable', message: 'trust_not_met: No.' },
  ]);
  await failing.close();
});

test('nothing answers any more once it is closed', async () => {
  const short = await serveKeys(async () => KEYS);
  await short.close();
  await expect(call(Number(new URL(short.url).port), { path: '/' })).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
});
