/**
 * One peer behind Node's own `http`, in a process of its own: `node server.ts NAME`. Sends its port, and its CPU time in
 * microseconds whenever it is asked.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { httpEvent } from '../../harness/gateway.ts';
import { createFloor } from './floor.ts';
import { echo, type Peer } from './peer.ts';
import { createSdkBroker } from './sdk.ts';

const [name = '', folder = ''] = process.argv.slice(2);
const setting = JSON.parse(process.env['PEER_SETTING'] ?? '{}');

/** The packaged function, whose handler gets the events that the gateway sends. */
async function loadPackaged(): Promise<Peer> {
  const { handler } = await import(join(folder, 'index.mjs'));
  return async body => {
    const { statusCode, body: said } = await handler(httpEvent({ body: body.toString() }), {
      getRemainingTimeInMillis: () => 26_000,
    });
    return { status: statusCode, body: said };
  };
}

const PEERS: { readonly [name: string]: () => Peer | Promise<Peer> } = {
  echo: () => echo,
  floor: () => createFloor(setting),
  sdk: () => createSdkBroker(setting),
  ours: loadPackaged,
};
const peer = await PEERS[name]?.();
if (!peer) throw new Error(`no peer ${name}`);

const server = createServer((message, response) => {
  const chunks: Buffer[] = [];
  message.on('data', chunk => chunks.push(chunk));
  message.on('end', () => {
    peer(Buffer.concat(chunks)).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(body);
    });
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.on('disconnect', () => process.exit());
