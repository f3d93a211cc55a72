import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useAction } from '../harness/action.ts';
import { atEnd } from '../harness/endings.ts';
import { ROOT } from '../harness/markdown.ts';
import { testServer } from '../harness/server.ts';

/** A certificate of sts.test.example that nobody else trusts; its key is in the repository and opens nothing. */
const TLS = join(ROOT, 'test/vectors/tls');
const CERT = join(TLS, 'cert.pem');
const BROKER = 'https://sts.test.example';
const SESSION =
  'KIND=aws\nAWS_ACCESS_KEY_ID=ASIAPROXY\nAWS_SECRET_ACCESS_KEY=secret\nAWS_SESSION_TOKEN=token\nAWS_CREDENTIAL_EXPIRATION=2030-01-01T00:00:00Z\n';

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', socket => sockets.add(socket));
  atEnd(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** The broker, which is known by its name to the proxy alone. */
const brokerPort = await listen(
  createTlsServer({ cert: readFileSync(CERT), key: readFileSync(join(TLS, 'key.pem')) }, (_, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.end(SESSION);
  }),
);

const tunnels: string[] = [];
const proxy = createServer();
proxy.on('connect', ({ url = '' }, client: Socket) => {
  tunnels.push(url);
  const broker = connect(brokerPort, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection established\r\nRetry-After: 99\r\nProxy-Agent: test\r\n\r\n');
    broker.pipe(client).pipe(broker);
  });
  for (const socket of [client, broker]) socket.on('error', () => {});
});
const PROXY = `http://127.0.0.1:${await listen(proxy)}`;

const github = await testServer(() => ({ status: 200, body: { value: 'eyJ.e30.c2ln' } }));

function used(job: { readonly [name: string]: string }) {
  return useAction(
    { broker: BROKER, role: 'deploy', timeout: '2' },
    {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${github.url}/token`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
      CURL_CA_BUNDLE: CERT,
      ...job,
    },
  );
}

test("what a proxy says of its tunnel is not the broker's answer", async () => {
  const { exits, variables, log } = await used({ https_proxy: PROXY });
  expect([exits, variables['AWS_ACCESS_KEY_ID']], log).toEqual([0, 'ASIAPROXY']);
  expect(tunnels).toEqual(['sts.test.example:443']);
});

test('a broker that is no business of the proxy is asked directly', async () => {
  const before = tunnels.length;
  const { exits, log } = await used({ https_proxy: PROXY, no_proxy: 'sts.test.example' });
  expect([exits, tunnels.length], log).toEqual([1, before]);
});

test('a certificate that nobody vouches for ends it, also behind a proxy', async () => {
  const { exits, log, variables } = await used({ https_proxy: PROXY, CURL_CA_BUNDLE: '' });
  expect([exits, variables]).toEqual([1, {}]);
  expect(log).toContain('its certificate or its TLS is not good');
});
