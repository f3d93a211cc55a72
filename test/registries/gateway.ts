import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { HttpAnswer, HttpRequest } from '../../lib/protocols/protocol.ts';

/** Undefined where the gateway lets the request through. */
type Decide = (request: HttpRequest) => Promise<HttpAnswer | undefined>;

function requestOf(message: IncomingMessage, body: Buffer): HttpRequest {
  const [path = '/', ...query] = (message.url ?? '/').split('?');
  const headers = Object.entries(message.headersDistinct).map(([name, all]) => [name, all?.join(', ')]);
  return {
    method: message.method ?? 'GET',
    path,
    query: query.join('?'),
    headers: Object.fromEntries(headers),
    body,
    sourceAddress: message.socket.remoteAddress,
  };
}

/** Hands a request on without the credential, which is not for what stands behind. Verdaccio lies at its own root. */
function forward(message: IncomingMessage, body: Buffer, port: number, response: ServerResponse): void {
  const { authorization: _, ...headers } = message.headers;
  const options = {
    host: '127.0.0.1',
    port,
    method: message.method,
    path: message.url?.replace(/^\/npm\//, '/'),
    headers,
  };
  const onward = ask(options, answer => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', error => response.writeHead(502).end(error.message));
  onward.end(body);
}

/** A gateway: it asks for each request, answers what is refused, and hands on what passes to the port behind. */
export function startGateway(
  decide: Decide,
  portBehind: (path: string) => number,
  port = 0,
): Promise<{ readonly port: number; close(): void }> {
  return new Promise(resolve => {
    const server = createServer(async (message, response) => {
      const body = await buffer(message);
      const request = requestOf(message, body);
      const refused = await decide(request);
      console.log(
        `    ${message.method} ${message.url?.slice(0, 90)} ${refused ? refused.status : 'passes'}`,
      );
      if (refused) response.writeHead(refused.status, refused.headers).end(refused.body);
      else forward(message, body, portBehind(request.path), response);
    });
    server.listen(port, '127.0.0.1', () =>
      resolve({ port: (server.address() as AddressInfo).port, close: () => server.close() }),
    );
  });
}
