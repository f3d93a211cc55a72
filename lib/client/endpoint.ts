import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsKeys } from './answer.ts';

/** An endpoint, by the two variables of every AWS SDK that lead a program there. */
export type KeysEndpoint = { readonly url: string; readonly token: string; close(): Promise<void> };

const HOST = '127.0.0.1';
const PATH = '/credentials';

function hashToken(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

type Refusal = readonly [status: number, code: string, message: string];

/** Why a request is not the child's own, or undefined. */
function findKeysRefusal(message: IncomingMessage, host: string, token: string): Refusal | undefined {
  const { method, url, headers } = message;
  // A name that was rebound to this address carries its own Host; a page in a browser, an Origin.
  if (headers.host !== host) return [421, 'WrongHost', `This endpoint answers to Host ${host} alone.`];
  if (headers.origin !== undefined) return [403, 'OriginRefused', 'This endpoint is not for browsers.'];
  // Digests are of one length, so that not even the length of a wrong token tells in the time that this takes.
  if (!timingSafeEqual(hashToken(headers.authorization ?? ''), hashToken(token)))
    return [401, 'Unauthorized', 'Authorization is not AWS_CONTAINER_AUTHORIZATION_TOKEN of this command.'];
  if (url !== PATH) return [404, 'NotFound', `Nothing answers here but ${PATH}.`];
  return method === 'GET' ? undefined : [405, 'MethodNotAllowed', 'Only GET is answered.'];
}

type Answer = { readonly status: number; readonly body: object };

async function answerKeys(keys: () => Promise<AwsKeys>): Promise<Answer> {
  try {
    const { SessionToken: Token, ...rest } = await keys();
    return { status: 200, body: { ...rest, Token } };
  } catch (error) {
    return { status: 503, body: { code: 'CredentialsUnavailable', message: (error as Error).message } };
  }
}

function createClose(server: Server) {
  return (): Promise<void> =>
    new Promise(resolve => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

/**
 * Serves keys to the SDKs of one child, as the container endpoint of ECS does, on a free port of 127.0.0.1
 * and to whoever knows a token of 256 bits. A failure of `keys` is told by its message.
 */
export function serveKeys(keys: () => Promise<AwsKeys>): Promise<KeysEndpoint> {
  return new Promise((resolve, reject) => {
    const token = randomBytes(32).toString('hex');
    const server = createServer();
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const host = `${HOST}:${(server.address() as AddressInfo).port}`;
      server.on('request', async (message, response) => {
        const refused = findKeysRefusal(message, host, token);
        const { status, body } = refused
          ? { status: refused[0], body: { code: refused[1], message: refused[2] } }
          : await answerKeys(keys);
        response
          .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
          .end(JSON.stringify(body));
      });
      resolve({ url: `http://${host}${PATH}`, token, close: createClose(server) });
    });
  });
}
