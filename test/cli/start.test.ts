import { expect, test } from 'vitest';
import { run } from '../../lib/cli/run.ts';
import { call, configFolder, folderOf, localBroker, testTerminal } from '../harness/local.ts';

const CONFIG = configFolder();
const QUIET = { KITE_STS_CONFIG: CONFIG, KITE_STS_LOG_LEVEL: 'error', PORT: '0' };

test('it serves until it is told to stop, and then exits with 0', async () => {
  const terminal = testTerminal(QUIET);
  const running = run(['start'], terminal);
  const [, port] = await terminal.shows(/^listening on http:\/\/127\.0\.0\.1:(\d+)$/m);
  expect(await call(Number(port), { path: '/health' })).toMatchObject({ status: 200 });
  terminal.stop();
  expect(await running).toBe(0);
  await expect(call(Number(port), { path: '/health' })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('--config goes before the environment', async () => {
  const terminal = testTerminal({ ...QUIET, KITE_STS_CONFIG: '/nowhere' });
  const running = run(['start', '--config', CONFIG], terminal);
  await terminal.shows(/^listening on /m);
  terminal.stop();
  expect(await running).toBe(0);
});

test('a fault of the configuration exits with 1 and every complaint', async () => {
  const folder = folderOf({ 'broker.yml': 'url: http://sts.test.example\nissuers: []\n' });
  const terminal = testTerminal({ ...QUIET, KITE_STS_CONFIG: folder });
  expect(await run(['start'], terminal)).toBe(1);
  expect(terminal.written).toEqual([]);
  for (const place of ['broker.yml:1:6', 'broker.yml:2:10', 'roles:1:1'])
    expect(terminal.errors.join('')).toContain(`${folder}/${place}  `);
});

test.each([
  ['a port in use', async () => ({ PORT: String((await localBroker()).port) }), 'PORT'],
  [
    'an AWS that is not on this machine',
    async () => ({ KITE_STS_AWS_ENDPOINT: 'https://sts.amazonaws.com' }),
    'KITE_STS_AWS_ENDPOINT',
  ],
])('%s exits with 1 and names the setting', async (_name, environment, named) => {
  const terminal = testTerminal({ ...QUIET, ...(await environment()) });
  expect(await run(['start'], terminal)).toBe(1);
  expect(terminal.written).toEqual([]);
  expect(terminal.errors.join('')).toContain(named);
});
