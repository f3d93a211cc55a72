import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { OutgoingRequest } from '../http/post.ts';
import type { HeaderMap } from '../http/reply.ts';

export type AwsAccessKey = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

export type SignRequest = (request: OutgoingRequest, now: number) => Promise<HeaderMap>;

/**
 * Signature Version 4, as AWS describes it. Tests hold it against AWS's own signer and against what AWS publishes.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
const ALGORITHM = 'AWS4-HMAC-SHA256';

function hashText(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Key objects: OpenSSL 3 takes four times as long for a key that is handed in as bytes. */
function signText(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** The scope of a signature: one service in one region, on one day. */
type SigningScope = { readonly day: string; readonly region: string; readonly service: string };

function writeScope(scope: SigningScope): string {
  const { day, region, service } = scope;
  return `${day}/${region}/${service}/aws4_request`;
}

function deriveDayKey(secret: string, scope: SigningScope): KeyObject {
  return writeScope(scope)
    .split('/')
    .reduce(
      (key, part) => createSecretKey(signText(key, part)),
      createSecretKey(Buffer.from(`AWS4${secret}`)),
    );
}

/** `20261201T120000Z`; its first eight characters are the day. `now` is in seconds since the epoch. */
function writeAmzDate(now: number): string {
  return `${new Date(now * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** Beside what `encodeURIComponent` encodes, the rest of what RFC 3986 §2.3 does not call unreserved. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    each => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The path is encoded once more than in the URL. Its dots are resolved by `URL`. */
function writeCanonicalPath(url: URL): string {
  const { pathname } = url;
  if (pathname === '/') return pathname;
  const segments = pathname.split('/').filter(segment => segment !== '');
  return `/${segments.map(encodeStrictly).join('/')}${pathname.endsWith('/') && segments.length > 0 ? '/' : ''}`;
}

type QueryPair = readonly [name: string, value: string];

function comparePairs([name, value]: QueryPair, [otherName, otherValue]: QueryPair): number {
  if (name !== otherName) return name < otherName ? -1 : 1;
  return value < otherValue ? -1 : Number(value > otherValue);
}

function writeCanonicalQuery(pairs: readonly QueryPair[]): string {
  return pairs
    .map(([name, value]): QueryPair => [encodeStrictly(name), encodeStrictly(value)])
    .sort(comparePairs)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** A request as it is signed, in the form that both sides make of it. */
type CanonicalRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: HeaderMap;
  /** The names of the headers, which are in lower case and in order. */
  readonly names: readonly string[];
  readonly body: string;
};

function writeCanonicalHeader(name: string, value = ''): string {
  return `${name}:${value.trim().replace(/\s+/g, ' ')}\n`;
}

/** The text that is signed: of the request no more than its hash. */
function writeSignedText(request: CanonicalRequest, date: string, scope: SigningScope): string {
  const { method, path, query, headers, names, body } = request;
  const canonical = `${method}\n${path}\n${query}\n${names.map(name => writeCanonicalHeader(name, headers[name])).join('')}\n${names.join(';')}\n${hashText(body)}`;
  return `${ALGORITHM}\n${date}\n${writeScope(scope)}\n${hashText(canonical)}`;
}

/**
 * Signs by a header: gives the headers to send. `credentials` are asked for at each use, since a runtime may renew
 * them; the key that is derived from them is kept for its day. `now` is in seconds since the epoch.
 */
export function createRequestSigner(
  service: string,
  region: string,
  credentials: AwsAccessKey | (() => Promise<AwsAccessKey>),
): SignRequest {
  let kept: { readonly day: string; readonly secret: string; readonly key: KeyObject } | undefined;
  function findDayKey(secret: string, day: string): KeyObject {
    if (kept?.day === day && kept.secret === secret) return kept.key;
    const key = deriveDayKey(secret, { day, region, service });
    kept = { day, secret, key };
    return key;
  }
  return async ({ url, method = 'POST', headers: own, body }, now) => {
    const access = typeof credentials === 'function' ? await credentials() : credentials;
    const { accessKeyId, secretAccessKey, sessionToken } = access;
    const date = writeAmzDate(now);
    const scope = { day: date.slice(0, 8), region, service };
    const headers: { [name: string]: string } = { host: url.host, ...own, 'x-amz-date': date };
    if (sessionToken) headers['x-amz-security-token'] = sessionToken;
    const names = Object.keys(headers).sort();
    const query = url.search === '' ? '' : writeCanonicalQuery([...url.searchParams]);
    const canonical = { method, path: writeCanonicalPath(url), query, headers, names, body };
    const signature = signText(
      findDayKey(secretAccessKey, scope.day),
      writeSignedText(canonical, date, scope),
    ).toString('hex');
    headers['authorization'] =
      `${ALGORITHM} Credential=${accessKeyId}/${writeScope(scope)}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return headers;
  };
}

/** A URL that proves who made it, for so many seconds: whoever has it can use it. */
export type Presigned = {
  readonly url: URL;
  /** Headers that must be sent with it, since they are signed. In lower case. */
  readonly headers: HeaderMap;
  readonly seconds: number;
};

/** Signs a GET of this URL by its query. `now` is in seconds since the epoch. */
export function presign(
  service: string,
  region: string,
  key: AwsAccessKey,
  presigned: Presigned,
  now: number,
): string {
  const { accessKeyId, secretAccessKey, sessionToken } = key;
  const { url, headers: own, seconds } = presigned;
  const date = writeAmzDate(now);
  const scope = { day: date.slice(0, 8), region, service };
  const headers = { host: url.host, ...own };
  const names = Object.keys(headers).sort();
  const pairs: QueryPair[] = [
    ...url.searchParams,
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', `${accessKeyId}/${writeScope(scope)}`],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', String(seconds)],
    ['X-Amz-SignedHeaders', names.join(';')],
  ];
  if (sessionToken) pairs.push(['X-Amz-Security-Token', sessionToken]);
  const query = writeCanonicalQuery(pairs);
  const canonical = { method: 'GET', path: writeCanonicalPath(url), query, headers, names, body: '' };
  const signature = signText(
    deriveDayKey(secretAccessKey, scope),
    writeSignedText(canonical, date, scope),
  ).toString('hex');
  return `${url.protocol}//${url.host}${url.pathname}?${query}&X-Amz-Signature=${signature}`;
}
