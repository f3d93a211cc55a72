import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import {
  AddressRefused,
  createGuardedLookup,
  isPermitted,
  isRefusedLiteral,
  type Resolve,
  resolveAll,
} from '../http/address.ts';
import { KeySetError, MAX_SET_BYTES } from './keyset.ts';

/** Patience with an issuer, in milliseconds: for a connection of TCP, and for the whole answer (D06). */
export const CONNECT_MS = 500;
export const TOTAL_MS = 2000;

/** How a download reaches the network; a test hands in plain HTTP and its own idea of what is permitted. */
export type Network = {
  /** Told of the time that an answer has, whatever else is in it. It decides nothing. */
  readonly noteTime?: ((headers: IncomingMessage['headers'], sent: number) => void) | undefined;
  readonly request: (
    url: URL,
    options: RequestOptions,
    answer: (response: IncomingMessage) => void,
  ) => ClientRequest;
  readonly isPermitted: (address: string) => boolean;
  /** Every address of a name. */
  readonly resolve: Resolve;
};

/** The real network: HTTPS, public addresses alone unless the row says otherwise. */
export function createNetwork(allowPrivate: boolean): Network {
  return {
    // By name at first use: an ESM import of node:https costs a cold start 30 ms and more, and most warm processes
    // fetch nothing.
    request: (url, options, answer) => process.getBuiltinModule('node:https').request(url, options, answer),
    isPermitted: address => isPermitted(address, allowPrivate),
    resolve: resolveAll,
  };
}

function findAnswerFault(message: IncomingMessage): string | undefined {
  const { statusCode, headers } = message;
  if (statusCode !== 200) return `status ${statusCode}`;
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!/^application\/([\w.-]+\+)?json$/.test(type)) return 'an answer that is not JSON';
  return Number(headers['content-length'] ?? 0) > MAX_SET_BYTES ? 'an answer that is too large' : undefined;
}

/** Collects an answer; fails with the first thing in it that no key set has. */
function collectAnswer(
  response: IncomingMessage,
  done: (body: Uint8Array) => void,
  fail: (error: Error) => void,
): void {
  const fault = findAnswerFault(response);
  if (fault !== undefined) {
    fail(new KeySetError(fault));
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > MAX_SET_BYTES) fail(new KeySetError('an answer that is too large'));
    else chunks.push(chunk);
  });
  response.on('error', fail);
  response.on('aborted', () => fail(new KeySetError('the answer broke off')));
  response.on('end', () => done(Buffer.concat(chunks)));
}

function explainFailure(error: Error): KeySetError {
  if (error instanceof KeySetError) return error;
  if (error instanceof AddressRefused) return new KeySetError(error.message);
  return new KeySetError(`the connection failed: ${(error as NodeJS.ErrnoException).code ?? 'no code'}`);
}

/** Sends the one request, and ends it when either patience does. */
function fetchBody(url: URL, options: RequestOptions, reach: Network): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const sentAt = Date.now() / 1000;
    const sent = reach.request(url, options, response => {
      reach.noteTime?.(response.headers, sentAt);
      collectAnswer(response, settle(resolve), fail);
    });
    const total = setTimeout(() => fail(new KeySetError(`no whole answer within ${TOTAL_MS} ms`)), TOTAL_MS);
    const connect = setTimeout(
      () => fail(new KeySetError(`no connection within ${CONNECT_MS} ms`)),
      CONNECT_MS,
    );
    const settle =
      <T>(end: (value: T) => void) =>
      (value: T): void => {
        clearTimeout(total);
        clearTimeout(connect);
        end(value);
      };
    const fail = settle((error: Error) => {
      sent.destroy();
      reject(explainFailure(error));
    });
    // Not the handshake as well: with an issuer on another continent that alone takes so long.
    sent.on('socket', socket => socket.once('connect', () => clearTimeout(connect)));
    sent.on('error', fail);
    sent.end();
  });
}

/**
 * Fetches a key set: GET, no redirects, no proxy, no reused connection (a thawed Lambda would find it
 * dead), 2 s for all of it, 256 KiB, JSON alone (threats T61, T70, T71). Throws `KeySetError`.
 */
export async function downloadKeySet(uri: string, reach: Network): Promise<Uint8Array> {
  const url = new URL(uri);
  if (isRefusedLiteral(url, reach.isPermitted)) throw new KeySetError('the address is not public');
  const options: RequestOptions = {
    method: 'GET',
    agent: false,
    lookup: createGuardedLookup(reach),
    headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'kite-sts' },
  };
  return fetchBody(url, options, reach);
}
