import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { AwsSetting } from '../../lib/aws/call.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { atEnd } from './endings.ts';

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};
export type Said = {
  readonly status: number;
  /** Interim responses before the answer: 100, 102 or 103. */
  readonly interim?: readonly number[];
  readonly body?: string | object;
  readonly headers?: { readonly [name: string]: string };
};

export type TestServer = { readonly url: string; readonly port: number; readonly asked: Asked[] };

const INTERIM: { readonly [status: number]: (response: ServerResponse) => void } = {
  100: response => response.writeContinue(),
  102: response => response.writeProcessing(),
  103: response => response.writeEarlyHints({ link: '</style.css>; rel=preload' }),
};

function send(response: ServerResponse, said: Said | undefined): void {
  // Nothing said: the connection breaks.
  if (!said) return void response.destroy();
  const { status, interim = [], body = '', headers = {} } = said;
  for (const each of interim) INTERIM[each]?.(response);
  response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function listen(server: Server, path?: string): Promise<number> {
  const at = path === undefined ? { port: 0, host: '127.0.0.1' } : { path };
  await new Promise<void>(resolve => server.listen(at, resolve));
  return (server.address() as AddressInfo).port;
}

/** Has the server listen on loopback, or at this path, until the end of the test file. Gives its port. */
export async function listenToEnd(server: Server, path?: string): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', socket => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
  });
  atEnd(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return listen(server, path);
}

/** How AWS is called where it is a server at this port: again without a pause, and with keys that everybody knows. */
export function awsAt(port: number): AwsSetting {
  return {
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: DUMMY_KEYS,
    random: () => 0,
  };
}

/** A whole request. */
export async function receive(message: IncomingMessage): Promise<Asked> {
  const { method = '', url: path = '', headers } = message;
  return { method, path, headers, body: await text(message) };
}

/** A server of plain HTTP on loopback, or on a socket at this path, closed after the test file, that keeps what it was asked. */
export async function testServer(
  answer: (asked: Asked, times: number) => Said | undefined | Promise<Said | undefined>,
  socket?: string,
): Promise<TestServer> {
  const asked: Asked[] = [];
  const server = createServer(async (message, response) => {
    const one = await receive(message);
    send(response, await answer(one, asked.push(one)));
  });
  const port = await listenToEnd(server, socket);
  return { url: `http://127.0.0.1:${port}`, port, asked };
}

/** The port of a server that says what it likes as soon as it was asked something. */
export function rawServer(answer: (socket: Socket) => void): Promise<number> {
  return listenToEnd(createRawServer(socket => void socket.once('data', () => answer(socket))));
}

/** A URL where nothing listens any more. */
export async function closedUrl(): Promise<string> {
  const server = createServer();
  const port = await listen(server);
  await new Promise(resolve => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
