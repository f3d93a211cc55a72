import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createRawServer, type Socket } from 'node:net';
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

async function bodyOf(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of message) text += chunk;
  return text;
}

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

async function listening(server: Server, path?: string): Promise<number> {
  const at = path === undefined ? { port: 0, host: '127.0.0.1' } : { path };
  await new Promise<void>(resolve => server.listen(at, resolve));
  return (server.address() as AddressInfo).port;
}

/** A server of plain HTTP on loopback, or on a socket at this path, closed after the test file, that keeps what it was asked. */
export async function testServer(
  answer: (asked: Asked, times: number) => Said | undefined | Promise<Said | undefined>,
  socket?: string,
): Promise<TestServer> {
  const asked: Asked[] = [];
  const server = createServer(async (message, response) => {
    const { method = '', url: path = '', headers } = message;
    const one = { method, path, headers, body: await bodyOf(message) };
    send(response, await answer(one, asked.push(one)));
  });
  atEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  const port = await listening(server, socket);
  return { url: `http://127.0.0.1:${port}`, port, asked };
}

/** The port of a server that says what it likes as soon as it was asked something. */
export async function rawServer(answer: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createRawServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {}).once('data', () => answer(socket));
  });
  atEnd(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A URL where nothing listens any more. */
export async function closedUrl(): Promise<string> {
  const server = createServer();
  const port = await listening(server);
  await new Promise(resolve => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
