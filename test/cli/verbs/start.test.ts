import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../../lib/cli/run.ts';
import {
  agentCall,
  call,
  configFiles,
  configFolder,
  exchangeAt,
  folderOf,
  formCall,
  localBroker,
  ROLES,
  testTerminal,
} from '../../harness/local.ts';
import { AUDIENCE } from '../../harness/policy.ts';

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

/** A broker that the verb started, until the test is over. */
async function started(folder: string, ...words: string[]) {
  const terminal = testTerminal({ ...QUIET, KITE_STS_CONFIG: folder });
  const running = run(['start', ...words], terminal);
  const [, port] = await terminal.shows(/^listening on http:\/\/127\.0\.0\.1:(\d+)$/m);
  terminal.written.length = 0;
  return {
    port: Number(port),
    terminal,
    stop: async () => {
      terminal.stop();
      expect(await running).toBe(0);
    },
  };
}

test('I14: each decision is a short line for people, and with --json the audit event', async () => {
  const people = await started(CONFIG);
  await exchangeAt(people.port, 'publish');
  await exchangeAt(people.port, 'release');
  await people.stop();
  expect(people.terminal.written).toEqual([
    expect.stringMatching(
      /^\d\d:\d\d:\d\d {2}issued {2}publish {2}for acme\/\w+ on main {2}by ".+" {2}[\w-]+\n$/,
    ),
    expect.stringMatching(/^\d\d:\d\d:\d\d {2}DENIED {2}release {2}.*trust_not_met \(not met: .*\n$/),
  ]);
  const programs = await started(CONFIG, '--json');
  await exchangeAt(programs.port, 'publish');
  await programs.stop();
  expect(programs.terminal.written.map(line => JSON.parse(line))).toMatchObject([{ outcome: 'issued' }]);
});

test('I14: a changed folder decides from the next request on, and tokens from before stay good', async () => {
  const folder = configFolder();
  const broker = await started(folder);
  const statusOf = async (role: string): Promise<number> => (await exchangeAt(broker.port, role)).status;
  expect([await statusOf('publish'), await statusOf('release')]).toEqual([200, 400]);
  const role = join(folder, 'roles/release.yml');
  writeFileSync(role, ROLES.publish);
  expect(await statusOf('release')).toBe(200);
  writeFileSync(role, 'trust: []\n');
  expect(await statusOf('release')).toBe(200);
  expect(broker.terminal.errors.join('')).toContain('release.yml:1:8');
  rmSync(role);
  expect(await statusOf('release')).toBe(400);
  await broker.stop();
});

test('I14: a token that was used stays used when the folder changes, and one from before the change is good', async () => {
  const folder = folderOf({ ...configFiles(), 'roles/once.yml': `single_use: true\n${ROLES.publish}` });
  const broker = await started(folder);
  const { token } = (await agentCall(broker.port, { audience: AUDIENCE })).json();
  const asked = (role: string) => formCall(broker.port, role, String(token));
  expect((await asked('once')).status).toBe(200);
  writeFileSync(join(folder, 'roles/new.yml'), ROLES.publish);
  expect((await asked('new')).status).toBe(200);
  expect((await asked('once')).json()).toMatchObject({ code: 'token_already_used' });
  await broker.stop();
});
