export type HeaderMap = { readonly [name: string]: string };

/** Far more than any upstream answers to a call of ours, in bytes: of the body, and of all before it. */
export const MAX_BODY_BYTES = 256 * 1024;
export const MAX_HEAD_BYTES = 16 * 1024;

export type HttpReply = {
  readonly status: number;
  /** By names in lower case. What came several times is joined by commas. */
  readonly headers: HeaderMap;
  readonly body: string;
};

/** Why an answer cannot be used, by a name of ours. Says nothing of what it holds: it may be a credential. */
export class ReplyError extends Error {
  override readonly name: 'AnswerUnreadable' | 'AnswerTooLarge' | 'AnswerBrokeOff';
  constructor(name: ReplyError['name']) {
    super('there was no whole answer');
    this.name = name;
  }
}

function createUnreadable(): ReplyError {
  return new ReplyError('AnswerUnreadable');
}

/** Where a body ends: after so many bytes, with its last chunk, or with the connection. */
type Framing = number | 'chunked' | 'closed';

type Head = {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly framing: Framing;
  /** Whether the other side may be asked again over the same connection. */
  readonly keeps: boolean;
  /** Where the body begins. */
  readonly end: number;
};

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?(?![^\r])/;
/**
 * Lines of headers (RFC 9112 §5, RFC 9110 §5.6.2): each has its colon and none is folded. A line feed alone, a carriage
 * return alone and another control character are of none: two readers could see two answers.
 */
const HEADERS = /^(?:\r\n[!#$%&'*+.^_`|~\w-]+:[\t\x20-\x7e\x80-\xff]*)*$/;

function parseHeaders(text: string): HeaderMap {
  if (!HEADERS.test(text)) throw createUnreadable();
  const headers: { [name: string]: string } = Object.create(null);
  for (const line of text.split('\r\n')) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

/** RFC 9112 §6.3. Two ways to tell the length, or two lengths, would let two readers see two answers. */
function chooseFraming(status: number, headers: HeaderMap): Framing {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  if (length !== undefined && (coding !== undefined || !/^\d{1,9}$/.test(length))) throw createUnreadable();
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') throw createUnreadable();
  if (status === 204 || status === 304) return 0;
  if (coding !== undefined) return 'chunked';
  return length === undefined ? 'closed' : Number(length);
}

function readHead(bytes: Buffer, from: number): Head | undefined {
  const end = bytes.indexOf('\r\n\r\n', from);
  if ((end < 0 ? bytes.length : end) - from > MAX_HEAD_BYTES) throw new ReplyError('AnswerTooLarge');
  if (end < 0) return undefined;
  const text = bytes.toString('latin1', from, end);
  const [first, version, code] = STATUS_LINE.exec(text) ?? [];
  if (first === undefined) throw createUnreadable();
  const headers = parseHeaders(text.slice(first.length));
  const status = Number(code);
  // HTTP/1.0 knows no interim answer (RFC 9110 §15.2).
  if (status < 200 && version === '0') throw createUnreadable();
  const framing = chooseFraming(status, headers);
  const says = (headers['connection'] ?? '').toLowerCase();
  const keeps = version === '1' && framing !== 'closed' && !says.includes('close');
  return { status, headers, framing, keeps, end: end + 4 };
}

const CHUNK = /^([\da-f]{1,6})(?:;[\w-]+(?:=[\w-]+)?)*$/i;

/** The body of chunks that begins there, and where it ends; undefined where some of it is still to come. RFC 9112 §7.1. */
function readChunks(
  bytes: Buffer,
  from: number,
): { readonly body: Buffer; readonly end: number } | undefined {
  const chunks: Buffer[] = [];
  for (let at = from; ; ) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const size = CHUNK.exec(bytes.toString('latin1', at, end))?.[1];
    if (size === undefined) throw createUnreadable();
    const [begin, length] = [end + 2, Number.parseInt(size, 16)];
    // No trailer is asked for: after the last chunk comes nothing but an empty line.
    const after = begin + length;
    if (bytes.length < after + 2) return undefined;
    if (bytes[after] !== 0x0d || bytes[after + 1] !== 0x0a) throw createUnreadable();
    if (length === 0) return { body: Buffer.concat(chunks), end: after + 2 };
    chunks.push(bytes.subarray(begin, after));
    at = after + 2;
  }
}

/**
 * Reads one answer of HTTP/1.1 from the bytes of a connection as they come. It takes the plain form that servers write
 * (RFC 9112) and refuses all else. Both calls give the answer once it is whole, and throw `ReplyError`.
 */
export class ReplyReader {
  private bytes: Buffer = Buffer.alloc(0);
  private head: Head | undefined;
  private kept = false;

  /** Whether the connection can carry another request: all that came was this answer, and the other side goes on. */
  get keeps(): boolean {
    return this.kept;
  }

  /** Whether nothing of an answer has come. */
  get isEmpty(): boolean {
    return this.bytes.length === 0;
  }

  read(chunk: Buffer): HttpReply | undefined {
    this.bytes = this.isEmpty ? chunk : Buffer.concat([this.bytes, chunk]);
    this.head ??= this.findHead();
    return this.head && this.readBody(this.head);
  }

  /** The other side has ended the connection. */
  end(): HttpReply {
    if (this.head?.framing !== 'closed') throw new ReplyError('AnswerBrokeOff');
    return this.finish(this.head, this.bytes.subarray(this.head.end), this.bytes.length);
  }

  /** An interim answer (RFC 9110 §15.2) is passed over; another protocol was not asked for. */
  private findHead(): Head | undefined {
    let head = readHead(this.bytes, 0);
    while (head && head.status < 200) {
      if (head.status === 101) throw createUnreadable();
      head = readHead(this.bytes, head.end);
    }
    return head;
  }

  private readBody(head: Head): HttpReply | undefined {
    const { framing, end } = head;
    const length = typeof framing === 'number' ? framing : this.bytes.length - end;
    if (length > MAX_BODY_BYTES) throw new ReplyError('AnswerTooLarge');
    if (framing === 'closed') return undefined;
    if (framing === 'chunked') {
      const whole = readChunks(this.bytes, end);
      return whole && this.finish(head, whole.body, whole.end);
    }
    if (this.bytes.length < end + length) return undefined;
    return this.finish(head, this.bytes.subarray(end, end + length), end + length);
  }

  private finish({ status, headers, keeps }: Head, body: Buffer, end: number): HttpReply {
    this.kept = keeps && end === this.bytes.length;
    return { status, headers, body: body.toString('utf8') };
  }
}
