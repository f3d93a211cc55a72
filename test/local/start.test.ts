import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { CannotStart } from '../../lib/local/start.ts';
import { call, configFrom, exchangeAt, localBroker } from '../harness/local.ts';

const QUIET = { KITE_STS_LOG_LEVEL: 'error' };

describe('the throwaway issuer never meets a real AWS: KITE_STS_AWS_ENDPOINT is refused as', () => {
  test.each([
    'https://sts.eu-central-1.amazonaws.com',
    'http://192.168.1.7:4566',
    'http://0.0.0.0:4566',
    'http://[::]:4566',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'http://evil.example/127.0.0.1',
    'http://127.0.0.1@evil.example',
    'http://[fe80::1]:4566',
  ])('%s', async KITE_STS_AWS_ENDPOINT => {
    await expect(localBroker(configFrom(), { ...QUIET, KITE_STS_AWS_ENDPOINT })).rejects.toThrow(CannotStart);
  });
});

test.each(['http://127.0.0.1:4566', 'http://127.1:4566/sts', 'http://localhost:4566', 'http://[::1]:4566'])(
  'KITE_STS_AWS_ENDPOINT may be %s',
  async KITE_STS_AWS_ENDPOINT => {
    const broker = await localBroker(configFrom(), { ...QUIET, KITE_STS_AWS_ENDPOINT });
    expect(await call(broker.port, { path: '/health' })).toMatchObject({ status: 200 });
  },
);

test('a port in use is told with the setting that chooses another', async () => {
  const taken = createServer();
  const port = await new Promise<number>(resolve => {
    taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port));
  });
  const starting = localBroker(configFrom(), { ...QUIET, PORT: String(port) });
  await expect(starting).rejects.toThrow(CannotStart);
  await expect(starting).rejects.toThrow(/\bPORT\b/);
  taken.close();
});

test('a quiet broker says where it listens and nothing more', async () => {
  const { terminal, url } = await localBroker();
  expect(terminal.written).toEqual([`listening on ${url}\n`]);
  expect(terminal.errors).toEqual([]);
});

describe('each exchange', () => {
  test.each([
    ['that is issued', 'publish', { outcome: 'issued', role: 'publish' }],
    ['of AWS keys', 'deploy', { outcome: 'issued', role: 'deploy' }],
    ['that is denied', 'release', { outcome: 'denied', code: 'trust_not_met' }],
    ['that fails', 'a.b', { outcome: 'failed', code: 'role_parameter_holds_audience' }],
  ])('%s prints one audit line, with the id that the caller was told', async (_name, role, expected) => {
    const broker = await localBroker();
    broker.terminal.written.length = 0;
    const answer = await exchangeAt(broker.port, role);
    const [line = '', ...more] = broker.terminal.written;
    expect(more).toEqual([]);
    expect(line).toMatch(/^[^\n]+\n$/);
    const event: unknown = JSON.parse(line);
    expect(event).toMatchObject({
      ...expected,
      event: 'exchange',
      decision_id: answer.headers['decision-id'],
    });
  });

  test('T54: prints nothing of the credential', async () => {
    const broker = await localBroker();
    const answer = await exchangeAt(broker.port, 'deploy');
    const { aws } = answer.json() as { aws: { [name: string]: string } };
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = aws;
    const printed = [...broker.terminal.written, ...broker.terminal.errors].join('');
    for (const secret of [AccessKeyId, SecretAccessKey, SessionToken]) {
      expect(secret).not.toBe('');
      expect(printed).not.toContain(secret);
    }
  });
});

describe('an AWS that does not answer', () => {
  const gone = { KITE_STS_AWS_ENDPOINT: 'http://127.0.0.1:1' };

  test('is told on standard error by code and decision', async () => {
    const broker = await localBroker(configFrom(), { ...QUIET, ...gone });
    const answer = await exchangeAt(broker.port, 'deploy');
    expect(answer.status).toBe(503);
    expect(broker.terminal.errors).toHaveLength(1);
    expect(broker.terminal.errors[0]).toContain(`${answer.headers['decision-id']} provider_unavailable`);
  });

  test('is told with its cause when the level is debug', async () => {
    const broker = await localBroker(configFrom({}), { ...gone, KITE_STS_LOG_LEVEL: 'debug' });
    expect(broker.terminal.errors).toEqual([]);
    const debugging = await localBroker(configFrom(), { ...gone, KITE_STS_LOG_LEVEL: 'debug' });
    expect(debugging.terminal.errors.join('')).toContain('ECONNREFUSED');
    expect(debugging.terminal.errors.join('')).toContain('\n    at ');
  });
});
