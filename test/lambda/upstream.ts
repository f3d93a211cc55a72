import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { signatureFault } from '../../lib/local/signature.ts';
import { DUMMY_KEYS, localSts } from '../../lib/local/sts.ts';
import type { HttpRequest } from '../../lib/protocols/protocol.ts';
import { httpRequest } from '../harness/broker.ts';
import { asKms, KEY, keyPairs, NEXT_KEY } from '../harness/kms.ts';

const received = async (message: IncomingMessage): Promise<HttpRequest> => {
  const { method = '', url = '', headers } = message;
  const pairs = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return httpRequest({ method, path: url, headers: Object.fromEntries(pairs), body: await buffer(message) });
};

/** STS and KMS on loopback at one address. Both check what is signed, and KMS really signs. */
export const upstream = async () => {
  const keys = keyPairs([KEY, NEXT_KEY]);
  const answer = (request: HttpRequest) => {
    const [, operation] = (request.headers['x-amz-target'] ?? '').split('TrentService.');
    if (operation === undefined) return localSts(request, { now: Date.now() / 1000 });
    if (signatureFault(request, DUMMY_KEYS, 'kms') !== undefined) return { status: 400, body: '{}' };
    return asKms(keys, { operation, input: JSON.parse(Buffer.from(request.body).toString()) });
  };
  const server = createServer(async (message, response) => {
    const { status, body } = await answer(await received(message));
    response.writeHead(status).end(body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    /** What a function's environment needs in order to find them. */
    environment: {
      KITE_STS_AWS_ENDPOINT: `http://127.0.0.1:${port}`,
      KITE_STS_SIGNING_KEYS: `${KEY},${NEXT_KEY}`,
      AWS_ACCESS_KEY_ID: DUMMY_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: DUMMY_KEYS.secretAccessKey,
      AWS_SESSION_TOKEN: 'session',
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
