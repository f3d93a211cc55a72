import { createServer as createPlain } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { certificateFor } from './certificate.ts';
import { atEnd } from './endings.ts';

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', socket => sockets.add(socket.on('error', () => {})));
  atEnd(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

export type SecureServer = { readonly port: number; readonly cert: string; readonly asked: string[] };

/** A server of https for this name, which answers all with this JSON, and keeps what it was told. */
export async function secureServer(host: string, body: object): Promise<SecureServer> {
  const { key, cert } = certificateFor(host);
  const asked: string[] = [];
  const server = createSecure({ key, cert }, async (message, response) => {
    let text = '';
    for await (const chunk of message) text += chunk;
    asked.push(`${message.method} ${message.headers.host}${message.url} ${text}`);
    response.end(JSON.stringify(body));
  });
  return { port: await listening(server), cert, asked };
}

export type TestProxy = {
  readonly url: string;
  /** The hosts that it was asked for, with the password that came with it. */
  readonly asked: string[];
  /** All that went through it towards the other side, as it saw it. */
  readonly seen: () => Buffer;
};

/** A proxy that opens a tunnel to this port of this machine, whatever is asked for; or says this status instead. */
export async function testProxy(port: number, status = 200): Promise<TestProxy> {
  const asked: string[] = [];
  const seen: Buffer[] = [];
  const server = createPlain().on('connect', ({ url, headers }, socket) => {
    asked.push(`${url} ${headers['proxy-authorization'] ?? '-'}`);
    socket.on('error', () => {});
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    const other = connect(port, '127.0.0.1').on('error', () => socket.destroy());
    atEnd(() => void other.destroy());
    socket.on('data', chunk => seen.push(chunk));
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.pipe(other).pipe(socket);
  });
  return { url: `http://127.0.0.1:${await listening(server)}`, asked, seen: () => Buffer.concat(seen) };
}
