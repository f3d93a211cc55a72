import { createServer, request as plainRequest, type RequestListener } from 'node:http';
import { createServer as createListener } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { isPermitted } from '../../lib/http/address.ts';
import { createNetwork, downloadKeySet, type Network, TOTAL_MS } from '../../lib/token/download.ts';
import { KeySetError, MAX_SET_BYTES } from '../../lib/token/keyset.ts';
import { loopback } from '../harness/network.ts';
import { listenToEnd } from '../harness/server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const GOOD = '{"keys":[]}';
const LARGEST = Buffer.alloc(MAX_SET_BYTES, 0x20);

/** What a broken or hostile issuer does, by path. */
const ANSWERS: { readonly [path: string]: RequestListener } = {
  '/good': (_, response) => response.writeHead(200, JSON_TYPE).end(GOOD),
  '/jwk-set': (_, response) =>
    response.writeHead(200, { 'content-type': 'application/jwk-set+json; charset=utf-8' }).end(GOOD),
  '/spaced': (_, response) => response.writeHead(200, { 'content-type': 'Application/JSON ; q=1' }).end(GOOD),
  '/largest': (_, response) =>
    response.writeHead(200, { ...JSON_TYPE, 'content-length': String(MAX_SET_BYTES) }).end(LARGEST),
  '/largest-unannounced': (_, response) => {
    response.writeHead(200, JSON_TYPE).write(LARGEST.subarray(1));
    response.end(LARGEST.subarray(0, 1));
  },
  '/asked': (request, response) => response.writeHead(200, JSON_TYPE).end(JSON.stringify(request.headers)),
  '/json-seq': (_, response) => response.writeHead(200, { 'content-type': 'application/json-seq' }).end(GOOD),
  '/x-json': (_, response) => response.writeHead(200, { 'content-type': 'x-application/json' }).end(GOOD),
  '/500': (_, response) => response.writeHead(500, JSON_TYPE).end(GOOD),
  '/404': (_, response) => response.writeHead(404, JSON_TYPE).end(GOOD),
  '/204': (_, response) => response.writeHead(204, JSON_TYPE).end(),
  '/redirect': (_, response) => response.writeHead(302, { ...JSON_TYPE, location: '/good' }).end(GOOD),
  '/html': (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  '/untyped': (_, response) => response.writeHead(200).end(GOOD),
  '/hang': () => undefined,
  '/drip': (_, response) => {
    response.writeHead(200, JSON_TYPE);
    const timer = setInterval(() => response.write(' '), 50);
    response.on('close', () => clearInterval(timer));
  },
  '/announced': (_, response) =>
    response.writeHead(200, { ...JSON_TYPE, 'content-length': String(50 * 1024 * 1024) }).end(' '),
  '/announced-and-held': (_, response) =>
    response.writeHead(200, { ...JSON_TYPE, 'content-length': String(50 * 1024 * 1024) }).write(' '),
  '/endless': (_, response) => {
    response.writeHead(200, JSON_TYPE);
    const chunk = Buffer.alloc(64 * 1024, 0x20);
    const write = (): void => {
      if (response.destroyed) return;
      sent += chunk.length;
      if (response.write(chunk)) setImmediate(write);
      else response.once('drain', write);
    };
    write();
  },
  '/broken-off': (_, response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' });
    response.write(GOOD);
    setTimeout(() => response.destroy(), 20);
  },
  '/reset': request => void request.socket.destroy(),
};

let sent = 0;

const server = createServer((request, response) => ANSWERS[request.url ?? '']?.(request, response));
const base = `http://127.0.0.1:${await listenToEnd(server)}`;

describe('a key set is downloaded', () => {
  test.each(['/good', '/jwk-set', '/spaced'])('%s', async path => {
    expect(Buffer.from(await downloadKeySet(base + path, loopback)).toString()).toBe(GOOD);
  });

  test.each(['/largest', '/largest-unannounced'])('T70: %s, of as many bytes as there may be', async path => {
    expect(await downloadKeySet(base + path, loopback)).toHaveLength(MAX_SET_BYTES);
  });

  test('by asking for JSON that is not compressed', async () => {
    const headers = JSON.parse(Buffer.from(await downloadKeySet(`${base}/asked`, loopback)).toString());
    expect(headers).toMatchObject({
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'kite-sts',
    });
  });

  test('from a name, of whose addresses all are permitted', async () => {
    const named = { ...loopback, isPermitted: (address: string) => ['127.0.0.1', '::1'].includes(address) };
    const set = await downloadKeySet(base.replace('127.0.0.1', 'localhost').concat('/good'), named);
    expect(Buffer.from(set).toString()).toBe(GOOD);
  });
});

describe('what an issuer may not answer', () => {
  test.each([
    '/500',
    '/404',
    '/204',
    '/redirect',
    '/html',
    '/untyped',
    '/json-seq',
    '/x-json',
    '/announced',
    '/announced-and-held',
    '/endless',
    '/broken-off',
    '/reset',
  ])('T61, T70: %s is refused at once', async path => {
    const started = performance.now();
    await expect(downloadKeySet(base + path, loopback)).rejects.toBeInstanceOf(KeySetError);
    expect(performance.now() - started).toBeLessThan(TOTAL_MS);
  });

  test('T70: an endless answer is read no further than the limit', () => {
    // What sockets buffer on the way is sent, but never read.
    expect(sent).toBeGreaterThan(MAX_SET_BYTES);
    expect(sent).toBeLessThan(50 * 1024 * 1024);
  });

  test.each(['/hang', '/drip'])('T71: %s ends after two seconds in all', async path => {
    const started = performance.now();
    await expect(downloadKeySet(base + path, loopback)).rejects.toBeInstanceOf(KeySetError);
    const took = performance.now() - started;
    expect(took).toBeGreaterThan(TOTAL_MS - 100);
    expect(took).toBeLessThan(2 * TOTAL_MS);
  });

  test('T71: a host that never takes the connection is given up on sooner', async () => {
    const silent: Network = {
      ...loopback,
      request: (url, options, answer) =>
        plainRequest(
          url,
          { ...options, agent: undefined, createConnection: () => new Duplex({ read() {}, write() {} }) },
          answer,
        ),
    };
    const started = performance.now();
    await expect(downloadKeySet(`${base}/good`, silent)).rejects.toBeInstanceOf(KeySetError);
    expect(performance.now() - started).toBeLessThan(TOTAL_MS - 100);
  });

  test('I8: a host that takes the connection has two seconds for the handshake and the answer', async () => {
    const port = await listenToEnd(createListener());
    const real: Network = { ...loopback, request: createNetwork(true).request };
    const started = performance.now();
    await expect(downloadKeySet(`https://127.0.0.1:${port}/jwks`, real)).rejects.toBeInstanceOf(KeySetError);
    expect(performance.now() - started).toBeGreaterThan(TOTAL_MS - 100);
  });

  test('a name that is none is refused', async () => {
    await expect(downloadKeySet('http://a..b/jwks', loopback)).rejects.toBeInstanceOf(KeySetError);
  });

  test('a port where nobody listens is refused', async () => {
    await expect(downloadKeySet('http://127.0.0.1:9/jwks', loopback)).rejects.toBeInstanceOf(KeySetError);
  });
});

describe('T61: a name whose addresses are', () => {
  const resolving = (...addresses: string[]): Network => ({
    ...loopback,
    isPermitted: address => address === '127.0.0.1',
    resolve: (_hostname, done) =>
      done(
        null,
        addresses.map(address => ({ address, family: 4 })),
      ),
  });
  const named = (): string => `${base.replace('127.0.0.1', 'issuer.test')}/good`;

  test('all permitted is connected to', async () => {
    expect(Buffer.from(await downloadKeySet(named(), resolving('127.0.0.1'))).toString()).toBe(GOOD);
  });

  test.each([
    ['one permitted and one not', ['127.0.0.1', '10.0.0.1']],
    ['one not permitted and then one that is', ['169.254.169.254', '127.0.0.1']],
    ['none at all', []],
  ])('%s is not', async (_name, addresses) => {
    await expect(downloadKeySet(named(), resolving(...addresses))).rejects.toThrow(/not public/);
  });
});

describe('T61: where an issuer may be', () => {
  test.each(['93.184.216.34', '2606:2800:220:1::1', '::ffff:93.184.216.34'])('%s is public', address => {
    expect(isPermitted(address, false)).toBe(true);
  });

  test.each(['10.0.0.1', '172.16.9.9', '192.168.1.1', '100.64.0.1', 'fd00::1', '::ffff:10.0.0.1'])(
    '%s is private, and permitted to a row that says so',
    address => {
      expect(isPermitted(address, false)).toBe(false);
      expect(isPermitted(address, true)).toBe(true);
    },
  );

  test.each([
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '0.0.0.0',
    '::',
    '169.254.169.254',
    'fe80::1',
    '224.0.0.1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '64:ff9b:1:ffff::a9fe:a9fe',
    '::7f00:1',
    '::169.254.169.254',
    'fec0::1',
    'feff::1',
    '168.63.129.16',
    '::ffff:168.63.129.16',
    '100.100.100.200',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254',
    'fd00:c1::a9fe:a9fe',
  ])('%s is never permitted', address => {
    expect(isPermitted(address, false)).toBe(false);
    expect(isPermitted(address, true)).toBe(false);
  });

  test('the real network reaches a private address for a row that says so, and for no other', () => {
    expect(createNetwork(true).isPermitted('10.0.0.1')).toBe(true);
    expect(createNetwork(false).isPermitted('10.0.0.1')).toBe(false);
  });

  test.each([
    'https://127.0.0.1:9/jwks',
    'https://[::1]:9/jwks',
    'https://[::ffff:7f00:1]:9/jwks',
    'https://169.254.169.254/jwks',
    'https://2130706433/jwks',
    'https://localhost:9/jwks',
  ])('the real network does not connect to %s', async uri => {
    await expect(downloadKeySet(uri, createNetwork(true))).rejects.toThrow(/not public/);
  });
});

test.each(['/good', '/404', '/html'])(
  'of the time that %s has it is told, and goes by its own',
  async path => {
    const told: { readonly date: unknown; readonly sent: number }[] = [];
    const noteTime: Network['noteTime'] = ({ date }, sent) => void told.push({ date, sent });
    await downloadKeySet(base + path, { ...loopback, noteTime }).catch(() => undefined);
    expect(told).toHaveLength(1);
    expect(Math.abs(Date.parse(String(told[0]?.date)) / 1000 - (told[0]?.sent ?? 0))).toBeLessThan(5);
  },
);
