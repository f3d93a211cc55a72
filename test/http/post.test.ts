import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import process from 'node:process';
import { afterEach, describe, expect, test } from 'vitest';
import { createPoster, NoReply, type Post } from '../../lib/http/post.ts';
import { atEnd } from '../harness/endings.ts';
import { NOW } from '../harness/policy.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

type Answer = (message: IncomingMessage, response: ServerResponse) => void;

/** A server on loopback, and how many connections it was given. */
async function serverOf(answer: Answer) {
  const made = { connections: 0, url: new URL('http://127.0.0.1/') };
  const server = createServer(answer).on('connection', () => made.connections++);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  made.url.port = String((server.address() as AddressInfo).port);
  return made;
}

async function nameOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return error instanceof NoReply ? error.name : 'another';
  }
}

const post: Post = createPoster(() => NOW);

test('it posts the text with these headers, and gives status and text', async () => {
  const { url } = await serverOf(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method, headers } = message;
    response
      .writeHead(418)
      .end(`${method} ${headers['x-one']} ${headers['content-length']} ${Buffer.concat(chunks)}`);
  });
  expect(await post({ url, headers: { 'x-one': '1' }, body: 'a=ü' })).toMatchObject({
    status: 418,
    body: 'POST 1 4 a=ü',
  });
});

test('it asks by another method, and gives the headers of the answer', async () => {
  const { url } = await serverOf((message, response) => {
    response.writeHead(200, { 'retry-after': '30' }).end(message.method);
  });
  for (const method of ['GET', 'DELETE'] as const)
    expect(await post({ url, method, headers: {}, body: '' })).toMatchObject({
      status: 200,
      headers: { 'retry-after': '30' },
      body: method,
    });
});

test.each(['1\r\nx-two: 2', '1\n', '1\0', '1\u2028', 'ü'])('a header of %j is not sent', async value => {
  let asked = 0;
  const { url } = await serverOf((_message, response) => {
    asked++;
    response.end();
  });
  const sent = post({ url, headers: { 'x-one': value }, body: '' });
  await expect(sent).rejects.toMatchObject({ name: 'HeaderRefused', undone: true });
  expect(asked).toBe(0);
});

test('it follows no redirect', async () => {
  const { url } = await serverOf((_message, response) => {
    response.writeHead(307, { location: '/elsewhere' }).end();
  });
  expect(await post({ url, headers: {}, body: '' })).toMatchObject({ status: 307, body: '' });
});

describe('there is no reply', () => {
  test.each<[name: string, answer: Answer, code: string]>([
    ['where the connection breaks', (_message, response) => void response.destroy(), 'ECONNRESET'],
    [
      'where the answer breaks off',
      (_message, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('x');
        setTimeout(() => response.destroy(), 20);
      },
      'AnswerBrokeOff',
    ],
    [
      'where the answer is too large',
      (_message, response) => void response.end('x'.repeat(256 * 1024 + 1)),
      'AnswerTooLarge',
    ],
  ])('%s', async (_name, answer, code) => {
    const { url } = await serverOf(answer);
    expect(await nameOf(post({ url, headers: {}, body: 'x' }))).toBe(code);
  });

  test('D08: where nothing, or not all, is said within two seconds', async () => {
    const silent = await serverOf(() => undefined);
    const slow = await serverOf((_message, response) => void response.writeHead(200).write('x'));
    const names = [silent, slow].map(({ url }) => nameOf(post({ url, headers: {}, body: 'x' })));
    expect(await Promise.all(names)).toEqual(['TimeoutError', 'TimeoutError']);
  });

  test('where nobody listens', async () => {
    expect(await nameOf(post({ url: new URL('http://127.0.0.1:9/'), headers: {}, body: 'x' }))).toBe(
      'ECONNREFUSED',
    );
  });
});

/** A process that listens and takes nobody in: what its queue does not hold is never connected. */
const DEAF = `
  const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

test('T-6: D08: a connection that is not made in half a second is given up, long before an answer is', async () => {
  const child = spawn(process.execPath, ['-e', DEAF], { stdio: ['ignore', 'pipe', 'ignore'] });
  atEnd(() => child.kill('SIGKILL'));
  const port = Number(
    await new Promise<string>(resolve => child.stdout.once('data', each => resolve(`${each}`))),
  );
  // Linux takes one more than it was told.
  const waiting = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(await nameOf(post({ url: new URL(`http://127.0.0.1:${port}/`), headers: {}, body: 'x' }))).toBe(
    'ConnectTimeoutError',
  );
  for (const each of waiting) each.destroy();
});

describe('T63: nothing was sent', () => {
  test.each([
    ['ConnectTimeoutError', true],
    ['EAI_AGAIN', true],
    ['ECONNREFUSED', true],
    ['ENOTFOUND', true],
    ['ECONNRESET', false],
    ['TimeoutError', false],
    ['AnswerBrokeOff', false],
  ])('T-6: by %s: %s', (name, undone) => {
    expect(new NoReply(name).undone).toBe(undone);
  });

  const undone = (url: URL): Promise<unknown> =>
    post({ url, headers: {}, body: 'x' }).catch((error: NoReply) => error.undone);

  test('where nobody listens', async () => {
    expect(await undone(new URL('http://127.0.0.1:9/'))).toBe(true);
  });

  test('but it may have been read where the connection breaks', async () => {
    const { url } = await serverOf((_message, response) => void response.destroy());
    expect(await undone(url)).toBe(false);
  });
});

describe('T78: a connection is kept', () => {
  test.each([
    { rest: 0, connections: 1 },
    { rest: 4, connections: 1 },
    { rest: 5, connections: 2 },
    { rest: -1, connections: 2 },
  ])('so that two calls $rest seconds apart have $connections', async ({ rest, connections }) => {
    let now = NOW;
    const made = await serverOf((_message, response) => void response.end('x'));
    const kept = createPoster(() => now);
    await kept({ url: made.url, headers: {}, body: 'x' });
    now += rest;
    await kept({ url: made.url, headers: {}, body: 'x' });
    expect(made.connections).toBe(connections);
  });
});

test('when the answer is there nothing waits any more, so that a process can end', async () => {
  const countWaiting = () => process.getActiveResourcesInfo().filter(each => each === 'Timeout').length;
  const { url } = await serverOf((_message, response) => void response.end('x'));
  const before = countWaiting();
  await post({ url, headers: {}, body: 'x' }, 60_000);
  expect(countWaiting()).toBe(before);
});
