import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import { type Broker, serve } from '../serve.ts';
import { answerLocally, type LocalBroker } from './routes.ts';
import type { StoreAnswer } from './store.ts';

const HOST = '127.0.0.1';
/** More than any door takes; what is longer is cut here, and the door says that it is too large. */
const MAX_READ = 64 * 1024;

async function readMessageBody(message: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Read on without keeping: a client that is still sending would see a reset and not the answer.
    if (length <= MAX_READ) chunks.push(chunk);
    else if (length > 64 * MAX_READ) message.destroy();
  }
  return length <= MAX_READ ? Buffer.concat(chunks) : Buffer.alloc(MAX_READ);
}

function readMessageHeaders(message: IncomingMessage): HttpRequest['headers'] {
  return Object.fromEntries(
    // Every header that came, joined as the gateway joins them: `headers` would drop a second Authorization.
    Object.entries(message.headersDistinct).map(([name, values]) => [name, values?.join(', ')]),
  );
}

async function readMessageRequest(message: IncomingMessage): Promise<HttpRequest> {
  const [path = '/', ...query] = (message.url ?? '/').split('?');
  return {
    method: message.method ?? 'GET',
    path,
    query: query.join('?'),
    headers: readMessageHeaders(message),
    body: await readMessageBody(message),
    sourceAddress: message.socket.remoteAddress,
  };
}

/** An answer in words. */
export function answerPlain(status: number, body: string, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: `${body}\n`,
  };
}

const FOREIGN = ['origin', 'sec-fetch-site', 'forwarded', 'via', 'x-real-ip'];

/** A page in a browser on this machine, or a proxy in front of it, must not reach what mints tokens. */
function refuseForeign(request: HttpRequest): HttpAnswer | undefined {
  if (!request.path.startsWith('/local/')) return undefined;
  const proxied = Object.keys(request.headers).find(
    name => FOREIGN.includes(name) || name.startsWith('x-forwarded-'),
  );
  return proxied === undefined
    ? undefined
    : answerPlain(403, `The header ${proxied} is refused below /local/.`);
}

async function answerMessage(
  broker: Broker,
  local: LocalBroker,
  request: HttpRequest,
  port: number,
): Promise<StoreAnswer> {
  const own = [`${HOST}:${port}`, `localhost:${port}`];
  // A name that was rebound to this address carries its own Host (threat T61).
  if (!own.includes(request.headers['host'] ?? ''))
    return answerPlain(421, `This server answers to Host ${own.join(' or ')} alone.`);
  const refused = refuseForeign(request);
  if (refused) return refused;
  if (request.path.startsWith('/local/'))
    return answerLocally(local, request, { base: `http://${own[0]}`, trusted: broker.discovery });
  return (await local.registries(request)) ?? (await local.console(request)) ?? serve(broker, request);
}

function sendAnswer(response: ServerResponse, answer: StoreAnswer): void {
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

export type ListeningServer = { readonly port: number; readonly url: string; close(): Promise<void> };

function readPort(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function createServerClose(server: Server) {
  return async (): Promise<void> => {
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    server.closeIdleConnections();
    const grace = setTimeout(() => server.closeAllConnections(), 2000);
    await closed;
    clearTimeout(grace);
  };
}

/**
 * Serves a broker on loopback over Node's own HTTP. Port 0 takes a free one; `make` is told the URL, which
 * only then is known, and gives what gives the broker for each request. Rejects with the system's error when the port cannot be had.
 */
export function listenLocally(
  make: (url: string) => () => Broker,
  local: LocalBroker,
  port: number,
): Promise<ListeningServer> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, HOST, () => {
      const url = `http://${HOST}:${readPort(server)}`;
      const currentBroker = make(url);
      server.on('request', (message: IncomingMessage, response: ServerResponse) => {
        readMessageRequest(message)
          .then(request => answerMessage(currentBroker(), local, request, readPort(server)))
          .then(answer => sendAnswer(response, answer))
          .catch(() =>
            response.headersSent
              ? response.destroy()
              : sendAnswer(response, answerPlain(500, 'The local server failed.')),
          );
      });
      resolve({ port: readPort(server), url, close: createServerClose(server) });
    });
  });
}
