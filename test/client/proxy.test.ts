import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { findProxy } from '../../lib/client/proxy.ts';
import { runProgram } from '../harness/command-line.ts';
import { testProxy } from '../harness/proxied.ts';

const BROKER = 'https://sts.acme.example/token';
const PROXY = 'http://proxy.acme.example:3128';

/** What curl 8 chooses for the same environment. */
describe('the proxy is', () => {
  test.each<[name: string, environment: object, url: string, proxy: string | undefined]>([
    ['none without a variable', {}, BROKER, undefined],
    ['that of HTTPS_PROXY', { HTTPS_PROXY: PROXY }, BROKER, `${PROXY}/`],
    ['that of https_proxy first', { https_proxy: PROXY, HTTPS_PROXY: 'http://b' }, BROKER, `${PROXY}/`],
    ['that of ALL_PROXY last', { ALL_PROXY: PROXY }, BROKER, `${PROXY}/`],
    [
      'that of HTTPS_PROXY before ALL_PROXY',
      { HTTPS_PROXY: PROXY, ALL_PROXY: 'http://b' },
      BROKER,
      `${PROXY}/`,
    ],
    ['one of http where no scheme is written', { HTTPS_PROXY: 'proxy:3128' }, BROKER, 'http://proxy:3128/'],
    ['one of https', { HTTPS_PROXY: 'https://proxy' }, BROKER, 'https://proxy/'],
    ['none of HTTP_PROXY, which is for http', { HTTP_PROXY: PROXY, http_proxy: PROXY }, BROKER, undefined],
    ['none where the variable is empty', { HTTPS_PROXY: '' }, BROKER, undefined],
    ['the other one where the first is empty', { https_proxy: '', HTTPS_PROXY: PROXY }, BROKER, `${PROXY}/`],
    ['none to this machine by https', { HTTPS_PROXY: PROXY }, 'https://127.0.0.1:1/x', undefined],
    ['none to localhost', { HTTPS_PROXY: PROXY }, 'https://localhost/x', undefined],
    ['none to this machine by http', { HTTPS_PROXY: PROXY, ALL_PROXY: PROXY }, 'http://[::1]:1/x', undefined],
  ])('%s', (_name, environment, url, proxy) => {
    expect(findProxy(url, { ...environment })?.href).toBe(proxy);
  });
});

describe('NO_PROXY', () => {
  test.each([
    ['*', BROKER],
    ['sts.acme.example', BROKER],
    ['STS.Acme.Example', BROKER],
    ['acme.example', BROKER],
    ['.acme.example', BROKER],
    ['acme.example.', BROKER],
    ['other.example, acme.example', BROKER],
    ['other.example acme.example', BROKER],
    ['10.1.2.3', 'https://10.1.2.3/token'],
    ['10.0.0.0/8', 'https://10.1.2.3/token'],
    ['fd00::/8', 'https://[fd00::1]/token'],
    ['fd00::1', 'https://[fd00::1]/token'],
  ])('%s exempts %s', (list, url) => {
    expect(findProxy(url, { HTTPS_PROXY: PROXY, NO_PROXY: list })).toBeUndefined();
    expect(findProxy(url, { HTTPS_PROXY: PROXY, no_proxy: list, NO_PROXY: 'x' })).toBeUndefined();
  });

  test.each([
    ['', BROKER],
    ['me.example', BROKER],
    ['acme.exampl', BROKER],
    ['*.acme.example', BROKER],
    ['*, other', BROKER],
    ['sts.acme.example.evil', BROKER],
    ['.', BROKER],
    ['3', 'https://10.1.2.3/token'],
    ['2.3', 'https://10.1.2.3/token'],
    ['11.0.0.0/8', 'https://10.1.2.3/token'],
    ['10.0.0.0/99', 'https://10.1.2.3/token'],
    ['0.0.0.0/0', BROKER],
  ])('%s does not exempt %s', (list, url) => {
    expect(findProxy(url, { HTTPS_PROXY: PROXY, NO_PROXY: list })).toBeDefined();
  });
});

test.each(['socks5://proxy:1080', 'proxy:port'])('%s is told to be no proxy of http', written => {
  expect(() => findProxy(BROKER, { HTTPS_PROXY: written })).toThrow(
    expect.objectContaining({ cause: { code: 'PROXY_NOT_HTTP' } }),
  );
});

/** Whether the curl of this machine asks the proxy that these variables name. No name is looked up. */
async function asksProxy(variables: object, url: string): Promise<boolean> {
  const proxy = await testProxy(9, 502);
  const { hostname } = new URL(url);
  const words = ['-q', '-s', '--max-time', '5', '--resolve', `${hostname}:443:127.0.0.1`, url];
  const named = Object.entries(variables).map(([name, value]) => [name, value === PROXY ? proxy.url : value]);
  const env = { PATH: process.env['PATH'], ...Object.fromEntries(named) };
  await runProgram('curl', words, { env });
  return proxy.asked.length > 0;
}

test.each<[variables: { readonly [name: string]: string }, url?: string]>([
  [{ HTTPS_PROXY: PROXY }],
  [{ https_proxy: '', HTTPS_PROXY: PROXY }],
  [{ ALL_PROXY: PROXY }],
  [{ HTTP_PROXY: PROXY, http_proxy: PROXY }],
  [{ HTTPS_PROXY: PROXY, NO_PROXY: '*' }],
  [{ HTTPS_PROXY: PROXY, NO_PROXY: '.acme.example' }],
  [{ HTTPS_PROXY: PROXY, NO_PROXY: 'other.example, acme.example' }],
  [{ HTTPS_PROXY: PROXY, NO_PROXY: 'me.example' }],
  [{ HTTPS_PROXY: PROXY, NO_PROXY: '*.acme.example' }],
  [{ HTTPS_PROXY: PROXY, NO_PROXY: 'STS.Acme.Example' }],
  [{ HTTPS_PROXY: PROXY, no_proxy: 'x', NO_PROXY: '*' }],
  [{ HTTPS_PROXY: PROXY, NO_PROXY: '10.1.2.3' }, 'https://10.1.2.3/token'],
  [{ HTTPS_PROXY: PROXY, NO_PROXY: '2.3' }, 'https://10.1.2.3/token'],
])('curl itself does the same for %j', async (variables, url = BROKER) => {
  expect(findProxy(url, variables) !== undefined).toBe(await asksProxy(variables, url));
});
