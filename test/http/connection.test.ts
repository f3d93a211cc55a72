import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import {
  createServer as createSecureServer,
  getCACertificates,
  setDefaultCACertificates,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createPoster, type Post } from '../../lib/http/post.ts';
import { certificateFor } from '../harness/certificate.ts';
import { atEnd } from '../harness/endings.ts';
import { NOW } from '../harness/policy.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

type Place = { readonly url: URL; readonly came: string[]; readonly sockets: Socket[] };

async function listen(
  server: Server,
  protocol: string,
  host: string,
  place: Omit<Place, 'url'>,
): Promise<Place> {
  atEnd(() => {
    for (const socket of place.sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return { ...place, url: new URL(`${protocol}://${host}:${(server.address() as AddressInfo).port}/`) };
}

/** A server that says this text for each request, and keeps what came. */
function serve(answer: (socket: Socket, text: string) => void) {
  const place: Omit<Place, 'url'> = { came: [], sockets: [] };
  const take = (socket: Socket): void => {
    place.sockets.push(socket.on('error', () => undefined));
    socket.on('data', chunk => {
      place.came.push(String(chunk));
      answer(socket, String(chunk));
    });
  };
  return {
    plain: () => listen(createServer(take), 'http', '127.0.0.1', place),
    secure: (host: string, options: TlsOptions) =>
      listen(createSecureServer(options, take), 'https', host, place),
  };
}

function nameOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: Error) => error.name,
  );
}

const post: Post = createPoster(() => NOW);
const ask = { headers: { host: 'test.example' }, body: 'a=1' };

test('a request is what RFC 9112 says, in one piece', async () => {
  const { url, came } = await serve(socket => socket.write(OK)).plain();
  const there = new URL('/path?q=1', url);
  await post({ url: there, headers: { 'x-one': '1' }, body: 'a=ü' });
  await post({ url: there, method: 'GET', headers: ask.headers, body: '' });
  expect(came).toEqual([
    `POST /path?q=1 HTTP/1.1\r\nhost: ${url.host}\r\nx-one: 1\r\ncontent-length: 4\r\n\r\na=ü`,
    'GET /path?q=1 HTTP/1.1\r\nhost: test.example\r\n\r\n',
  ]);
});

test('two requests at once have a connection each, and the next two have the same', async () => {
  const { url, sockets } = await serve(socket => socket.write(OK)).plain();
  for (let round = 0; round < 2; round++) await Promise.all([post({ url, ...ask }), post({ url, ...ask })]);
  expect(sockets).toHaveLength(2);
});

describe('a connection is not used again', () => {
  test.each<[what: string, answer: (socket: Socket) => void]>([
    ['on which more came than was asked for', socket => socket.write(`${OK}${OK}`)],
    ['whose answer says that it ends', socket => socket.write(OK.replace('OK', 'OK\r\nconnection: close'))],
    ['that the other side has ended', socket => socket.end(OK)],
    [
      'on which something came while it rested',
      socket => {
        socket.write(OK);
        setTimeout(() => socket.write(OK.replace('ok', 'no')), 20);
      },
    ],
  ])('%s', async (_what, answer) => {
    const { url, sockets } = await serve(answer).plain();
    const reply = await post({ url, ...ask });
    expect(reply.body).toBe('ok');
    await vi.waitFor(() => expect(sockets[0]?.destroyed).toBe(true));
    expect((await post({ url, ...ask })).body).toBe('ok');
    expect(sockets).toHaveLength(2);
  });
});

test('a connection that was opened before carries the first request, and nothing came over it by itself', async () => {
  const { url, came, sockets } = await serve(socket => socket.write(OK)).plain();
  const kept = createPoster(() => NOW);
  await kept.open(url);
  expect(came).toEqual([]);
  expect((await kept({ url, ...ask })).body).toBe('ok');
  expect(sockets).toHaveLength(1);
});

test('one that cannot be opened is nobody’s failure', async () => {
  const kept = createPoster(() => NOW);
  const nowhere = new URL('http://127.0.0.1:9/');
  await kept.open(nowhere);
  expect(await nameOf(kept({ url: nowhere, ...ask }))).toBe('ECONNREFUSED');
});

test('an answer that is no HTTP is none, and closes the connection', async () => {
  const { url, sockets } = await serve(socket => socket.write('SSH-2.0-x\r\n\r\n')).plain();
  expect(await nameOf(post({ url, ...ask }))).toBe('AnswerUnreadable');
  await vi.waitFor(() => expect(sockets[0]?.destroyed).toBe(true));
});

describe('by TLS', () => {
  const certificate = certificateFor('localhost');
  const roots = getCACertificates('default');
  afterEach(() => setDefaultCACertificates(roots));

  test.each([
    ['whom nobody vouches for', 'localhost', roots, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['of another name', '127.0.0.1', [certificate.cert], 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('nothing is sent to a server %s', async (_what, host, trusted, name) => {
    setDefaultCACertificates(trusted);
    const { url, came } = await serve(socket => socket.write(OK)).secure(host, certificate);
    expect(await nameOf(post({ url, ...ask }))).toBe(name);
    expect(came).toEqual([]);
  });

  test('a connection is kept, and the next one begins with what the last one left', async () => {
    setDefaultCACertificates([certificate.cert]);
    let now = NOW;
    const began = new Map<Socket, boolean>();
    const answer = (socket: Socket): void => {
      began.set(socket, (socket as TLSSocket).isSessionReused());
      socket.write(OK);
    };
    const { url } = await serve(answer).secure('localhost', certificate);
    const kept = createPoster(() => now);
    for (const rest of [0, 1, 60]) {
      now += rest;
      expect((await kept({ url, ...ask })).body).toBe('ok');
    }
    expect([...began.values()]).toEqual([false, true]);
  });

  test('what a connection broke on is not begun with again', async () => {
    setDefaultCACertificates([certificate.cert]);
    let now = NOW;
    const answer = (socket: Socket): void => {
      if ((socket as TLSSocket).isSessionReused()) socket.destroy();
      else socket.write(OK);
    };
    const { url } = await serve(answer).secure('localhost', certificate);
    const kept = createPoster(() => now);
    const told: string[] = [];
    for (const _ of [1, 2, 3]) {
      now += 60;
      told.push(
        await kept({ url, ...ask }).then(
          ({ body }) => body,
          ({ name }: Error) => name,
        ),
      );
    }
    expect(told).toEqual(['ok', 'ECONNRESET', 'ok']);
  });
});

test('connections that a burst left are closed once they have rested', async () => {
  let now = NOW;
  const { url, sockets } = await serve(socket => socket.write(OK)).plain();
  const kept = createPoster(() => now);
  await Promise.all([1, 2, 3].map(() => kept({ url, ...ask })));
  expect(sockets).toHaveLength(3);
  now += 3;
  await kept({ url, ...ask });
  now += 3;
  await kept({ url, ...ask });
  await vi.waitFor(() => expect(sockets.filter(({ destroyed }) => destroyed)).toHaveLength(2));
});
