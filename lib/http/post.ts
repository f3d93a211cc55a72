import type { LookupFunction } from 'node:net';
import { CONNECT_MS, Connection } from './connection.ts';
import type { HeaderMap, HttpReply } from './reply.ts';

/** Patience in milliseconds with the whole answer (D08). */
export const ATTEMPT_MS = 2000;
/** A Lambda is frozen between requests: a connection that has rested for longer may be dead (threat T78). */
const IDLE_SECONDS = 4;

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
/** One that can also open a connection before there is anything to send, and waits for it; in vain where it cannot be had. */
export type Poster = Post & { open(place: URL): Promise<void> };

/** A value that no header has: it is no better the next time. */
const REFUSED = 'HeaderRefused';

/** Nothing was sent: there was no connection, or nothing that can be sent. */
const UNSENT = ['AddressRefused', 'ConnectTimeoutError', 'EAI_AGAIN', 'ECONNREFUSED', 'ENOTFOUND', REFUSED];

/** Why there is no answer, by a name of ours or of the system's (`ECONNREFUSED`). Says nothing of what was sent. */
export class NoReply extends Error {
  override readonly name: string;
  /** Nothing was sent, so nothing of it can have been done. */
  readonly undone: boolean;
  /** Another attempt may be answered. */
  readonly passing: boolean;
  constructor(name: string) {
    super('there was no whole answer');
    this.name = name;
    this.undone = UNSENT.includes(name);
    this.passing = name !== REFUSED;
  }
}

/** RFC 9110 §5.5, without what is not ASCII: with a line break in it, a value would be a header of its own, or a request. */
const VALUE = /^[\t\x20-\x7e]*$/;

/** A request as it goes over the wire (RFC 9112). Throws for a value that no header has. */
function writeRequest({ url, method: asked, headers, body }: OutgoingRequest): string {
  const method = asked ?? 'POST';
  let head = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n`;
  if (headers['host'] === undefined) head += `host: ${url.host}\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (!VALUE.test(value)) throw new NoReply(REFUSED);
    head += `${name}: ${value}\r\n`;
  }
  if (method === 'POST' || body !== '') head += `content-length: ${Buffer.byteLength(body)}\r\n`;
  return `${head}\r\n${body}`;
}

/** A connection that carries nothing now. */
type Rested = { readonly connection: Connection; readonly since: number };

/** Keeps connections for as long as they can be trusted. `now` is in seconds since the epoch. */
class Pool {
  /** By origin, the one used last at the end. */
  private readonly rested = new Map<string, Rested[]>();
  private readonly sessions = new Map<string, Buffer>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  take(origin: string, { url, lookup }: OutgoingRequest): Connection {
    const kept = this.rested.get(origin) ?? [];
    for (let last = kept.pop(); last; last = kept.pop()) {
      if (this.isFresh(last)) return last.connection;
      last.connection.close();
    }
    return this.open(origin, url, lookup);
  }

  open(origin: string, url: URL, lookup?: LookupFunction): Connection {
    const onSession = (session: Buffer): void => void this.sessions.set(origin, session);
    return new Connection(url, { lookup, session: this.sessions.get(origin), onSession });
  }

  /** Keeps it beside those that can still be used; the others are closed, or a burst would leave them for ever. */
  put(origin: string, connection: Connection): void {
    if (!connection.isOpen) return;
    const kept = this.rested.get(origin) ?? [];
    const fresh = kept.filter(each => this.isFresh(each));
    for (const each of kept) if (!fresh.includes(each)) each.connection.close();
    fresh.push({ connection, since: this.now() });
    this.rested.set(origin, fresh);
  }

  /** Begins anew with this place: what a broken connection began with may be what broke it. */
  forgetSession(origin: string): void {
    this.sessions.delete(origin);
  }

  /** By the clock at each use: the timers of a frozen process stand still. */
  private isFresh({ connection, since }: Rested): boolean {
    const rest = this.now() - since;
    return connection.isOpen && rest >= 0 && rest <= IDLE_SECONDS;
  }
}

/**
 * Sends a text, by POST unless it says otherwise, and gives the whole answer, or throws `NoReply`. It follows no redirect and asks no proxy, and
 * keeps connections for as long as they can be trusted. `now` is in seconds since the epoch.
 */
export function createPoster(now: () => number): Poster {
  const pool = new Pool(now);
  const open = async (place: URL): Promise<void> => {
    const connection = pool.open(place.origin, place);
    const handshake = setTimeout(() => connection.close(), CONNECT_MS);
    await connection.settle();
    clearTimeout(handshake);
    if (!connection.isOpen) pool.forgetSession(place.origin);
    pool.put(place.origin, connection);
  };
  const post: Post = async (outgoing, patience = ATTEMPT_MS) => {
    const text = writeRequest(outgoing);
    const { origin } = outgoing.url;
    const connection = pool.take(origin, outgoing);
    try {
      const reply = await connection.ask(text, patience);
      pool.put(origin, connection);
      return reply;
    } catch (error) {
      pool.forgetSession(origin);
      throw new NoReply((error as Error).name);
    }
  };
  return Object.assign(post, { open });
}
