import type { LookupFunction, Socket } from 'node:net';
import { type HttpReply, ReplyReader } from './reply.ts';

/** Patience in milliseconds with a connection of TCP (D08). */
export const CONNECT_MS = 500;

// Built-ins by name at first use: to load TLS costs a cold start that calls nobody more than 10 ms.
function loadTransport<K extends 'node:net' | 'node:tls'>(name: K) {
  return process.getBuiltinModule(name);
}

/** How a connection is made. */
export type ConnectionOptions = {
  /** How the name is looked up, where not every address may be asked. Left out: as the system does. */
  readonly lookup?: LookupFunction | undefined;
  /** A session of TLS that was begun before: half a handshake (RFC 8446 §2.2). */
  readonly session?: Buffer | undefined;
  /** Told of what the next connection to this place can begin with. */
  readonly onSession?: (session: Buffer) => void;
};

function openSocket({ protocol, hostname, port }: URL, options: ConnectionOptions): Socket {
  const { lookup, session, onSession } = options;
  // Of an IPv6 address the URL has the brackets, and the system wants none.
  const host = hostname.replace(/^\[|\]$/g, '');
  const { connect, isIP } = loadTransport('node:net');
  const place = { host, noDelay: true, lookup };
  if (protocol === 'http:') return connect({ ...place, port: Number(port || 80) });
  const socket = loadTransport('node:tls').connect({
    ...place,
    port: Number(port || 443),
    ALPNProtocols: ['http/1.1'],
    // An address is no name of a server (RFC 6066 §3): then the certificate must have the address itself.
    ...(isIP(host) ? {} : { servername: host }),
    ...(session ? { session } : {}),
  });
  if (onSession) socket.on('session', onSession);
  return socket;
}

/** A request whose answer has not come. */
type Pending = {
  readonly reader: ReplyReader;
  readonly done: (reply: HttpReply) => void;
  readonly fail: (error: Error) => void;
};

function createNamedError(name: string): Error {
  return Object.assign(new Error('there was no whole answer'), { name });
}

/**
 * A connection to one place, which carries one request at a time, so that no answer can be taken for another's.
 * Node's own client does much more, for twice as much time; what is asked here is a text, and its answer another.
 */
export class Connection {
  private readonly socket: Socket;
  private readonly readyEvent: 'connect' | 'secureConnect';
  private pending: Pending | undefined;
  /** The request to send once there is a connection, and the other side has proved who it is. */
  private text: string | undefined;
  private isReady = false;

  constructor(url: URL, options: ConnectionOptions = {}) {
    const socket = openSocket(url, options);
    this.socket = socket;
    const connecting = setTimeout(() => this.end(createNamedError('ConnectTimeoutError')), CONNECT_MS);
    // The handshake is not waited for here: on a small share of a CPU its arithmetic alone takes that long.
    socket.once('connect', () => clearTimeout(connecting));
    this.readyEvent = url.protocol === 'http:' ? 'connect' : 'secureConnect';
    socket.once(this.readyEvent, () => this.begin());
    socket.on('data', chunk => this.read(chunk));
    socket.on('end', () => this.readEnd());
    socket.on('error', (error: NodeJS.ErrnoException) =>
      this.end(createNamedError(error.code ?? 'ConnectionError')),
    );
    socket.on('close', () => {
      clearTimeout(connecting);
      this.end(createNamedError('ECONNRESET'));
    });
  }

  /** Whether it can carry a request. */
  get isOpen(): boolean {
    return !this.socket.destroyed && !this.pending;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Sends a request and gives its whole answer within so many milliseconds; what is thrown has a name of ours or of the system's. */
  ask(text: string, patience: number): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const whole = setTimeout(() => this.end(createNamedError('TimeoutError')), patience);
      this.pending = {
        reader: new ReplyReader(),
        done: reply => {
          clearTimeout(whole);
          resolve(reply);
        },
        fail: error => {
          clearTimeout(whole);
          reject(error);
        },
      };
      // While it rests, a process may end.
      this.socket.ref();
      if (this.isReady) this.socket.write(text);
      else this.text = text;
    });
  }

  /** Waits until it can carry a request, or never will. */
  settle(): Promise<void> {
    return new Promise(resolve => {
      this.socket.once(this.readyEvent, () => resolve());
      this.socket.once('close', () => resolve());
    });
  }

  private begin(): void {
    this.isReady = true;
    if (this.text === undefined) this.socket.unref();
    else this.socket.write(this.text);
    this.text = undefined;
  }

  private read(chunk: Buffer): void {
    if (this.pending) this.take(this.pending, ({ reader }) => reader.read(chunk));
    // Nobody asked for it: the next answer could be another's.
    else this.close();
  }

  private readEnd(): void {
    if (this.pending && !this.pending.reader.isEmpty) this.take(this.pending, ({ reader }) => reader.end());
    else this.end(createNamedError('ECONNRESET'));
  }

  /** Reads on; hands on the answer once it is whole, and rests if it can carry another. */
  private take(pending: Pending, read: (pending: Pending) => HttpReply | undefined): void {
    let reply: HttpReply | undefined;
    try {
      reply = read(pending);
    } catch (error) {
      this.end(error as Error);
      return;
    }
    if (!reply) return;
    this.pending = undefined;
    if (pending.reader.keeps && this.socket.writableLength === 0) this.socket.unref();
    else this.close();
    pending.done(reply);
  }

  /** Closes it, and fails what is pending. */
  private end(error: Error): void {
    const { pending } = this;
    this.pending = undefined;
    this.close();
    pending?.fail(error);
  }
}
