import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readAwsSetting } from '../../lib/lambda/environment.ts';

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIA1');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
});
afterEach(() => vi.unstubAllEnvs());

async function keysOf({ credentials }: ReturnType<typeof readAwsSetting>) {
  return typeof credentials === 'function' ? credentials() : credentials;
}

test('a function reaches AWS in its own region, with its own credentials', async () => {
  const { credentials: _credentials, post: _post, ...rest } = readAwsSetting(undefined);
  expect(rest).toEqual({ region: 'eu-west-1' });
  expect(await keysOf(readAwsSetting(undefined))).toEqual({
    accessKeyId: 'ASIA1',
    secretAccessKey: 'secret',
    sessionToken: 'session',
  });
});

test('credentials are read at each use, since the runtime may renew them', async () => {
  const aws = readAwsSetting(undefined);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIA2');
  expect((await keysOf(aws))?.accessKeyId).toBe('ASIA2');
});

test('an emulator is reached where the setting says', () => {
  expect(readAwsSetting('http://127.0.0.1:4566').endpoint).toBe('http://127.0.0.1:4566');
});

test('without a region there is no function', () => {
  vi.stubEnv('AWS_REGION', '');
  expect(() => readAwsSetting(undefined)).toThrow();
});

test.each(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])(
  'without %s nothing is signed',
  async name => {
    vi.stubEnv(name, '');
    await expect(keysOf(readAwsSetting(undefined))).rejects.toThrow();
  },
);
