import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES, MAX_HEAD_BYTES, ReplyReader } from '../../lib/http/reply.ts';

/** Reads an answer that comes in these pieces; gives why it cannot be read, where it cannot. */
function readPieces(pieces: readonly string[], ends = false) {
  const reader = new ReplyReader();
  try {
    let reply: ReturnType<ReplyReader['read']>;
    for (const piece of pieces) reply = reader.read(Buffer.from(piece, 'latin1'));
    if (!reply && ends) reply = reader.end();
    return reply && { ...reply, headers: { ...reply.headers }, keeps: reader.keeps };
  } catch (error) {
    return (error as Error).name;
  }
}

const PLAIN = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX-One: 1\r\n\r\nok';
const CHUNKS = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\n\r\n';

test('it reads a body of a length', () => {
  const headers = { 'content-length': '2', 'x-one': '1' };
  expect(readPieces([PLAIN])).toEqual({ status: 200, headers, body: 'ok', keeps: true });
});

test('it reads a body of chunks', () => {
  expect(readPieces([CHUNKS])).toMatchObject({ status: 200, body: 'ok', keeps: true });
});

test('it reads a body that ends with the connection, and keeps no such', () => {
  const text = 'HTTP/1.1 200 OK\r\n\r\nok';
  expect(readPieces([text])).toBeUndefined();
  expect(readPieces([text], true)).toMatchObject({ body: 'ok', keeps: false });
});

test.each([
  [
    'an interim answer before it',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n${PLAIN}`,
    'ok',
  ],
  ['no reason', 'HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n', ''],
  ['no reason and no space', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', ''],
  ['no content', 'HTTP/1.1 204 No\r\n\r\n', ''],
  ['UTF-8', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n\xc3\xbc', 'ü'],
  ['space around a value', 'HTTP/1.1 200 OK\r\ncontent-length: \t2 \r\n\r\nok', 'ok'],
])('it reads %s', (_what, text, body) => {
  expect(readPieces([text])).toMatchObject({ body, keeps: true });
});

test('it reads the same, however it is cut', () => {
  const texts = fc.constantFrom(PLAIN, CHUNKS, `HTTP/1.1 100 Continue\r\n\r\n${CHUNKS}`);
  const cuts = fc.array(fc.nat(CHUNKS.length + 30), { maxLength: 12 });
  fc.assert(
    fc.property(texts, cuts, (text, at) => {
      const ends = [0, ...at.map(each => Math.min(each, text.length)).sort((a, b) => a - b), text.length];
      const pieces = ends.slice(1).map((end, index) => text.slice(ends[index], end));
      expect(readPieces(pieces)).toEqual(readPieces([text]));
    }),
  );
});

test('several headers of a name are one', () => {
  const text = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\nRetry-After: 1\r\nretry-after: 2\r\n\r\n';
  expect(readPieces([text])).toMatchObject({ headers: { 'retry-after': '1, 2' } });
});

test.each([
  ['of HTTP/1.0', PLAIN.replace('1.1', '1.0')],
  ['that says so', PLAIN.replace('X-One: 1', 'Connection: Close')],
  ['with more after its answer', `${PLAIN}HTTP/1.1 200 OK\r\n`],
])('no connection is kept %s', (_what, text) => {
  expect(readPieces([text])).toMatchObject({ body: 'ok', keeps: false });
});

describe('it refuses', () => {
  const head = (...lines: readonly string[]) => `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`;
  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['another version', 'HTTP/2 200 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['an interim answer of HTTP/1.0', `HTTP/1.0 103 Hints\r\n\r\n${PLAIN}`],
    ['a switch of protocols', 'HTTP/1.1 101 Switching\r\n\r\n'],
    ['two lengths', `${head('content-length: 2', 'content-length: 3')}ok`],
    ['one length twice', `${head('content-length: 2', 'content-length: 2')}ok`],
    ['a length with a sign', `${head('content-length: +2')}ok`],
    ['a length and chunks', `${head('content-length: 2', 'transfer-encoding: chunked')}ok`],
    ['another coding', head('transfer-encoding: gzip, chunked')],
    ['a coding twice', head('transfer-encoding: chunked', 'transfer-encoding: chunked')],
    ['a folded line', head('x-one: 1', ' 2', 'content-length: 0')],
    ['a line without a colon', head('content-length')],
    ['a name with space before its colon', head('content-length : 0')],
    ['a line feed alone', head('x-one: 1\ncontent-length: 0')],
    ['a carriage return alone', head('x-one: 1\rcontent-length: 0')],
    ['a DEL', head('x-one: \x7f', 'content-length: 0')],
    ['a NUL', head('x-one: \0', 'content-length: 0')],
    ['a NUL behind the size of a chunk', `${head('transfer-encoding: chunked')}0;\0=x\r\n\r\n`],
    ['space after the size of a chunk', `${head('transfer-encoding: chunked')}0 \r\n\r\n`],
    ['a chunk without a size', `${head('transfer-encoding: chunked')}\r\nok\r\n0\r\n\r\n`],
    ['a chunk of a negative size', `${head('transfer-encoding: chunked')}-2\r\nok\r\n0\r\n\r\n`],
    ['a chunk that is longer than it says', `${head('transfer-encoding: chunked')}1\r\nok\r\n0\r\n\r\n`],
    ['a trailer', `${head('transfer-encoding: chunked')}0\r\nx-one: 1\r\n\r\n`],
  ])('%s', (_what, text) => {
    expect(readPieces([text])).toBe('AnswerUnreadable');
  });

  test.each([
    ['a head', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(MAX_HEAD_BYTES)}`],
    ['a length', head(`content-length: ${MAX_BODY_BYTES + 1}`)],
    ['chunks', `${head('transfer-encoding: chunked')}ffffff\r\n${'x'.repeat(MAX_BODY_BYTES + 1)}`],
    ['a body without a length', `${head('x: 1')}${'x'.repeat(MAX_BODY_BYTES + 1)}`],
  ])('%s that is too large', (_what, text) => {
    expect(readPieces([text])).toBe('AnswerTooLarge');
  });

  test.each([
    ['a head', 'HTTP/1.1 200 OK\r\n'],
    ['a body', `${head('content-length: 3')}ok`],
    ['chunks', `${head('transfer-encoding: chunked')}2\r\nok\r\n`],
  ])('%s that breaks off', (_what, text) => {
    expect(readPieces([text], true)).toBe('AnswerBrokeOff');
  });
});
