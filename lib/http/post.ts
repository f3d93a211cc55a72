import type { Agent, IncomingHttpHeaders, IncomingMessage, request } from 'node:http';
import type { LookupFunction } from 'node:net';

/** Patience in milliseconds, for a connection and for the whole answer (D08). */
export const CONNECT_MS = 500;
export const ATTEMPT_MS = 2000;
/** Far more than any upstream answers to a call of ours. */
const MAX_BYTES = 256 * 1024;
/** A Lambda is frozen between requests: a connection that has rested for longer may be dead (threat T78). */
const IDLE_SECONDS = 4;

export type HeaderMap = { readonly [name: string]: string };
export type HttpReply = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};
export type OutgoingRequest = {
  readonly url: URL;
  /** Left out: POST. */
  readonly method?: 'GET' | 'DELETE';
  readonly headers: HeaderMap;
  readonly body: string;
  /** How the name is looked up, where not every address may be asked. Left out: as the system does. */
  readonly lookup?: LookupFunction | undefined;
};
/** `patience` is for the whole answer, in milliseconds. */
export type Post = (outgoing: OutgoingRequest, patience?: number) => Promise<HttpReply>;

/** There was no connection, so nothing was sent. */
const UNSENT = ['AddressRefused', 'ConnectTimeoutError', 'EAI_AGAIN', 'ECONNREFUSED', 'ENOTFOUND'];

/** Why there is no answer, by a name of ours or of the system's (`ECONNREFUSED`). Says nothing of what was sent. */
export class NoReply extends Error {
  override readonly name: string;
  /** Nothing was sent, so nothing of it can have been done. */
  readonly undone: boolean;
  constructor(name: string) {
    super('there was no whole answer');
    this.name = name;
    this.undone = UNSENT.includes(name);
  }
}

/** How a protocol sends, over connections that are kept. */
type Transport = { readonly agent: Agent; readonly request: typeof request };

function openTransport(protocol: string): Transport {
  // By name at first use: to load node:https costs a cold start that calls nobody more than 10 ms.
  const name = protocol === 'http:' ? 'node:http' : 'node:https';
  const module = process.getBuiltinModule(name) as typeof import('node:http');
  return { agent: new module.Agent({ keepAlive: true }), request: module.request };
}

function readReply(
  response: IncomingMessage,
  done: (reply: HttpReply) => void,
  fail: (name: string) => void,
) {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > MAX_BYTES) fail('AnswerTooLarge');
    else chunks.push(chunk);
  });
  response.on('error', () => fail('AnswerBrokeOff'));
  response.on('end', () =>
    done({
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    }),
  );
}

/** Where a URL leads. Given the URL itself, Node copies much more of it. */
function readRequestTarget({ protocol, hostname, port, pathname, search }: URL) {
  // Of an IPv6 address the URL has the brackets, and the system wants none.
  return { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port, path: `${pathname}${search}` };
}

function sendOnce(outgoing: OutgoingRequest, patience: number, way: Transport): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const { url, method = 'POST', headers, body, lookup } = outgoing;
    const sent = way.request({ ...readRequestTarget(url), method, agent: way.agent, headers, lookup });
    const whole = setTimeout(() => fail('TimeoutError'), patience);
    let connecting: NodeJS.Timeout | undefined;
    const settle = (): void => {
      clearTimeout(whole);
      clearTimeout(connecting);
    };
    const fail = (name: string): void => {
      settle();
      sent.destroy();
      reject(new NoReply(name));
    };
    sent.on('socket', socket => {
      if (sent.reusedSocket) return;
      connecting = setTimeout(() => fail('ConnectTimeoutError'), CONNECT_MS);
      // The handshake is not waited for here: on a small share of a CPU its arithmetic alone takes that long.
      socket.once('connect', () => clearTimeout(connecting));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'ConnectionError'));
    sent.on('response', response =>
      readReply(
        response,
        reply => {
          settle();
          resolve(reply);
        },
        fail,
      ),
    );
    sent.end(body);
  });
}

/**
 * Sends a text, by POST unless it says otherwise, and gives the whole answer, or throws `NoReply`. It follows no redirect and asks no proxy, and
 * keeps connections for as long as they can be trusted. `now` is in seconds since the epoch.
 */
export function createPoster(now: () => number): Post {
  const ways = new Map<string, Transport>();
  let usedAt = Number.NEGATIVE_INFINITY;
  return (outgoing, patience = ATTEMPT_MS) => {
    const { protocol } = outgoing.url;
    const rested = now() - usedAt;
    // By the clock at each use: the timers of a frozen process stand still.
    if (rested < 0 || rested > IDLE_SECONDS) for (const { agent } of ways.values()) agent.destroy();
    usedAt = now();
    const way = ways.get(protocol) ?? openTransport(protocol);
    ways.set(protocol, way);
    return sendOnce(outgoing, patience, way);
  };
}
