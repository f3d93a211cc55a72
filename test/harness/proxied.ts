import { createServer as createPlain } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { certificateFor } from './certificate.ts';
import { atEnd } from './endings.ts';
import { listenToEnd } from './server.ts';

export type SecureServer = { readonly port: number; readonly cert: string; readonly asked: string[] };

/** A server of https for this name, which answers all with this JSON, and keeps what it was told. */
export async function secureServer(host: string, body: object): Promise<SecureServer> {
  const { key, cert } = certificateFor(host);
  const asked: string[] = [];
  const server = createSecure({ key, cert }, async (message, response) => {
    asked.push(`${message.method} ${message.headers.host}${message.url} ${await text(message)}`);
    response.end(JSON.stringify(body));
  });
  return { port: await listenToEnd(server), cert, asked };
}

export type TestProxy = {
  readonly url: string;
  /** The hosts that it was asked for, with the password that came with it. */
  readonly asked: string[];
  /** All that went through it towards the other side, as it saw it. */
  readonly seen: () => Buffer;
};

/**
 * A proxy that opens a tunnel to this port of this machine, whatever is asked for; or says this status instead. A Host
 * that is not what is asked for it refuses (RFC 9112 §3.2).
 */
export async function testProxy(port: number, status = 200): Promise<TestProxy> {
  const asked: string[] = [];
  const seen: Buffer[] = [];
  const server = createPlain().on('connect', ({ url, headers }, socket) => {
    asked.push(`${url} ${headers['proxy-authorization'] ?? '-'}`);
    socket.on('error', () => {});
    const says = headers.host === url ? status : 400;
    if (says !== 200) return void socket.end(`HTTP/1.1 ${says} No\r\ncontent-length: 0\r\n\r\n`);
    const other = connect(port, '127.0.0.1').on('error', () => socket.destroy());
    atEnd(() => void other.destroy());
    socket.on('data', chunk => seen.push(chunk));
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.pipe(other).pipe(socket);
  });
  return { url: `http://127.0.0.1:${await listenToEnd(server)}`, asked, seen: () => Buffer.concat(seen) };
}
