import process from 'node:process';
import { expect, test } from 'vitest';
import { type Ran, runMain } from '../harness/command-line.ts';
import { fileOf } from '../harness/local.ts';
import { type SecureServer, secureServer, testProxy } from '../harness/proxied.ts';
import { closedUrl } from '../harness/server.ts';

const HOST = 'sts.acme.example';
const TOKEN = { kind: 'jwt', access_token: 'issued-token', expires_in: 300 };

/** `kite-sts exchange` in a process of its own, since a process reads once which roots it trusts. */
function exchanged(broker: SecureServer, environment: object, host = HOST): Promise<Ran> {
  const words = ['exchange', '--role', 'web', '--broker', `https://${host}`, '--timeout', '20'];
  const env = {
    PATH: process.env['PATH'],
    KITE_STS_ID_TOKEN: 'aa.bb.cc',
    NODE_EXTRA_CA_CERTS: fileOf(broker.cert, 'root.pem'),
    ...environment,
  };
  return runMain(words, env);
}

test('a broker is asked through the proxy, which sees nothing of the token', async () => {
  const broker = await secureServer(HOST, TOKEN);
  const proxy = await testProxy(broker.port);
  const url = proxy.url.replace('//', '//user:p%40ss@');
  const { exits, out, error } = await exchanged(broker, { HTTPS_PROXY: url });
  expect([exits, error]).toEqual([0, '']);
  expect(out).toContain('ACCESS_TOKEN=issued-token\n');
  const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
  expect(proxy.asked).toEqual([`${HOST}:443 ${authorization}`]);
  expect(broker.asked).toEqual([expect.stringMatching(/^POST sts\.acme\.example\/token .*aa\.bb\.cc/)]);
  expect(proxy.seen().length).toBeGreaterThan(100);
  expect(proxy.seen().includes('aa.bb.cc')).toBe(false);
});

test.each<[name: string, proxied: (broker: SecureServer) => Promise<object>, says: string]>([
  [
    'a proxy that wants a password',
    async ({ port }) => ({ HTTPS_PROXY: (await testProxy(port, 407)).url }),
    'PROXY_407',
  ],
  ['a proxy that is not there', async () => ({ HTTPS_PROXY: await closedUrl() }), 'ECONNREFUSED'],
  ['a proxy of another sort', async () => ({ ALL_PROXY: 'socks5://127.0.0.1:9' }), 'PROXY_NOT_HTTP'],
])('%s is told, and no broker is asked', async (_name, proxied, says) => {
  const broker = await secureServer(HOST, TOKEN);
  const { exits, out, error } = await exchanged(broker, await proxied(broker));
  expect([exits, out, broker.asked]).toEqual([1, '', []]);
  expect(error).toContain(says);
});

test('the certificate is that of the broker, whoever the proxy leads to', async () => {
  const broker = await secureServer('other.acme.example', TOKEN);
  const proxy = await testProxy(broker.port);
  const { exits, error } = await exchanged(broker, { HTTPS_PROXY: proxy.url });
  expect([exits, broker.asked]).toEqual([1, []]);
  expect(error).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  // What time does not mend is not tried again.
  expect(proxy.asked).toHaveLength(1);
});
