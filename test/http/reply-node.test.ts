import { type IncomingMessage, request } from 'node:http';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type HttpReply, ReplyReader } from '../../lib/http/reply.ts';

type Reading = HttpReply & { readonly keeps: boolean };

/** Our reading of these bytes, where the other side then ends the connection; undefined where there is none. */
function readOurs(bytes: Buffer): Reading | undefined {
  const reader = new ReplyReader();
  try {
    return { ...(reader.read(bytes) ?? reader.end()), keeps: reader.keeps };
  } catch {
    return undefined;
  }
}

async function readWhole(response: IncomingMessage): Promise<{ status: number | undefined; body: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, body: Buffer.concat(chunks).toString('utf8') };
}

/** That of Node's own client. */
function readByNode(bytes: Buffer): Promise<{ status: number | undefined; body: string } | undefined> {
  return new Promise(resolve => {
    const wire = new Duplex({ read: () => undefined, write: (_chunk, _coding, done) => done() });
    const asked = request({ method: 'GET', path: '/', host: 'x.example', createConnection: () => wire });
    asked.on('error', () => resolve(undefined));
    asked.on('response', response => void readWhole(response).then(resolve, () => resolve(undefined)));
    asked.end();
    wire.push(bytes);
    wire.push(null);
  });
}

const LINES = [
  'content-length: 2',
  'Content-Length: 3',
  'content-length: 02',
  'content-length: 2, 2',
  'content-length:',
  'transfer-encoding: chunked',
  'Transfer-Encoding: Chunked',
  'transfer-encoding: identity',
  'transfer-encoding: chunked, chunked',
  'connection: close',
  'connection: keep-alive, x',
  'x-one: 1',
  'x-one : 1',
  ' folded',
  'x-bytes: \xff\x7f',
  'set-cookie: a=b',
  'upgrade: h2c',
  '',
];
const BODIES = [
  '',
  'ok',
  'ok!',
  '2\r\nok\r\n0\r\n\r\n',
  '2;x="y"\r\nok\r\n0\r\n\r\n',
  '02 \r\nok\r\n0\r\n\r\n',
  '2\r\nok\r\n0\r\nx: 1\r\n\r\n',
  '2\nok\n0\n\n',
  '0x2\r\nok\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno',
];
const FIRST = [
  'HTTP/1.1 200 OK',
  'HTTP/1.0 200 OK',
  'HTTP/1.1 204 No',
  'HTTP/1.1 304 Not',
  'HTTP/1.1 403',
  'http/1.1 200 OK',
];
const INTERIM = ['', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Hints\r\nlink: x\r\n\r\n', '\r\n'];
const BREAKS = ['\r\n', '\r\n', '\r\n', '\n', '\r'];

const answers = fc
  .record({
    interim: fc.constantFrom(...INTERIM),
    first: fc.constantFrom(...FIRST),
    lines: fc.array(fc.constantFrom(...LINES), { maxLength: 3 }),
    line: fc.constantFrom(...BREAKS),
    body: fc.constantFrom(...BODIES),
    spoil: fc.option(fc.record({ at: fc.nat(200), by: fc.nat(255) })),
  })
  .map(({ interim, first, lines, line, body, spoil }) => {
    const bytes = Buffer.from(`${interim}${[first, ...lines, '', ''].join(line)}${body}`, 'latin1');
    if (spoil) bytes[spoil.at % bytes.length] = spoil.by;
    return bytes;
  });

test('an answer that it takes is the one that Node’s own client reads in the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(answers, async bytes => {
      const ours = readOurs(bytes);
      if (!ours) return;
      const { status, body, keeps } = ours;
      const theirs = await readByNode(bytes);
      // What follows an answer ends the connection here, and also the answer there.
      if (theirs || keeps) expect(theirs).toEqual({ status, body });
    }),
    { numRuns: 2_000 },
  );
});
