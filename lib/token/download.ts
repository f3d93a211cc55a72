import type { LookupAddress } from 'node:dns';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { LookupFunction } from 'node:net';
import { KeySetError, MAX_SET_BYTES } from './keyset.ts';

/** Patience with an issuer, in milliseconds: for a connection of TCP, and for the whole answer (D06). */
export const CONNECT_MS = 500;
export const TOTAL_MS = 2000;

// Built-ins by name at first use: an ESM import of node:https costs a cold start 30 ms and more, and most
// warm processes fetch nothing.
function builtin<K extends 'node:https' | 'node:net' | 'node:dns'>(name: K) {
  return process.getBuiltinModule(name);
}

/** What is never an issuer: this host, its link, its cloud, its neighbors by multicast, and documentation ranges. */
const NEVER = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  // Of clouds, which answer there whatever runs in the machine, with its credentials among it: Azure, Alibaba.
  '168.63.129.16/32',
  '100.100.100.200/32',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Unspecified, this host, and IPv4 in its old disguise (RFC 4291 §2.5.5.1).
  '::/96',
  // Translated to IPv4, whatever that is: by everybody (RFC 6052), and by a network of its own (RFC 8215).
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/32',
  '2001:db8::/32',
  '2002::/16',
  // Of clouds in IPv6: AWS, Google, Oracle.
  'fd00:ec2::/32',
  'fd20:ce::254/128',
  'fd00:c1::a9fe:a9fe/128',
  'fe80::/10',
  // What site-local was before it was given up (RFC 3879): some networks still route it.
  'fec0::/10',
  'ff00::/8',
];
/** What `allow_private_network` permits: a self-hosted issuer's own network (RFC 1918, 6598, 4193). */
const PRIVATE = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];

function listOf(ranges: readonly string[]) {
  const { BlockList } = builtin('node:net');
  const list = new BlockList();
  for (const range of ranges) {
    const [base = '', bits = ''] = range.split('/');
    list.addSubnet(base, Number(bits), base.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

let lists: { never: ReturnType<typeof listOf>; private: ReturnType<typeof listOf> } | undefined;

/** May this address be an issuer's? Judged when connecting, so that a name cannot be rebound (threat T61). */
export function permitted(address: string, allowPrivate: boolean): boolean {
  const { isIPv6 } = builtin('node:net');
  lists ??= { never: listOf(NEVER), private: listOf(PRIVATE) };
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const [plain, family] =
    mapped !== undefined
      ? [mapped, 'ipv4' as const]
      : [address, isIPv6(address) ? ('ipv6' as const) : ('ipv4' as const)];
  return !lists.never.check(plain, family) && (allowPrivate || !lists.private.check(plain, family));
}

/** How a download reaches the network; a test hands in plain HTTP and its own idea of what is permitted. */
export type Network = {
  /** Told of the time that an answer has, whatever else is in it. It decides nothing. */
  readonly noteTime?: ((headers: IncomingMessage['headers'], sent: number) => void) | undefined;
  readonly request: (
    url: URL,
    options: RequestOptions,
    answer: (response: IncomingMessage) => void,
  ) => ClientRequest;
  readonly permitted: (address: string) => boolean;
  /** Every address of a name. */
  readonly resolve: (
    hostname: string,
    done: (error: Error | null, found: readonly LookupAddress[]) => void,
  ) => void;
};

/** The real network: HTTPS, public addresses alone unless the row says otherwise. */
export function network(allowPrivate: boolean): Network {
  return {
    request: (url, options, answer) => builtin('node:https').request(url, options, answer),
    permitted: address => permitted(address, allowPrivate),
    resolve: (hostname, done) => builtin('node:dns').lookup(hostname, { all: true }, done),
  };
}

function lookup({ permitted: allowed, resolve }: Network): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, found) => {
      if (error) return callback(error, '', 0);
      const good = found.filter(({ address }) => allowed(address));
      // One bad address condemns the name: a resolver that mixes them is trying something.
      if (good.length < found.length || good[0] === undefined)
        return callback(new KeySetError('the name has an address that is not public'), '', 0);
      return options.all ? callback(null, [...good]) : callback(null, good[0].address, good[0].family);
    });
  };
}

function literalRefused({ hostname }: URL, allowed: Network['permitted']): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return builtin('node:net').isIP(bare) !== 0 && !allowed(bare);
}

function refusal({ statusCode, headers }: IncomingMessage): string | undefined {
  if (statusCode !== 200) return `status ${statusCode}`;
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!/^application\/([\w.-]+\+)?json$/.test(type)) return 'an answer that is not JSON';
  return Number(headers['content-length'] ?? 0) > MAX_SET_BYTES ? 'an answer that is too large' : undefined;
}

/**
 * Fetches a key set: GET, no redirects, no proxy, no reused connection (a thawed Lambda would find it
 * dead), 2 s for all of it, 256 KiB, JSON alone (threats T61, T70, T71). Throws `KeySetError`.
 */
export function download(uri: string, reach: Network): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const url = new URL(uri);
    if (literalRefused(url, reach.permitted)) return reject(new KeySetError('the address is not public'));
    const options: RequestOptions = {
      method: 'GET',
      agent: false,
      lookup: lookup(reach),
      headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'kite-sts' },
    };
    const sentAt = Date.now() / 1000;
    const sent = reach.request(url, options, response => {
      reach.noteTime?.(response.headers, sentAt);
      const refused = refusal(response);
      if (refused !== undefined) return end(new KeySetError(refused));
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_SET_BYTES) end(new KeySetError('an answer that is too large'));
        else chunks.push(chunk);
      });
      response.on('error', end);
      response.on('aborted', () => end(new KeySetError('the answer broke off')));
      response.on('end', () => {
        clear();
        resolve(Buffer.concat(chunks));
      });
    });
    const total = setTimeout(() => end(new KeySetError(`no whole answer within ${TOTAL_MS} ms`)), TOTAL_MS);
    const connect = setTimeout(
      () => end(new KeySetError(`no connection within ${CONNECT_MS} ms`)),
      CONNECT_MS,
    );
    const clear = (): void => {
      clearTimeout(total);
      clearTimeout(connect);
    };
    const end = (error: Error): void => {
      clear();
      sent.destroy();
      reject(
        error instanceof KeySetError
          ? error
          : new KeySetError(`the connection failed: ${(error as NodeJS.ErrnoException).code ?? 'no code'}`),
      );
    };
    sent.on('socket', socket => {
      // Not the handshake as well: with an issuer on another continent that alone takes so long.
      socket.once('connect', () => clearTimeout(connect));
    });
    sent.on('error', end);
    sent.end();
    return undefined;
  });
}
