import { createHash, createHmac, createSecretKey, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HeaderMap, OutgoingRequest } from '../http/post.ts';

export type AwsAccessKey = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

type HashInput = string | ArrayBuffer | ArrayBufferView;
function toBytes(data: HashInput): string | Uint8Array {
  if (typeof data === 'string') return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}

/** SHA-256 and its HMAC by node:crypto, in the shape that the signer asks for. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: HashInput) {
    // A key object: OpenSSL 3 takes four times as long for a key that is handed in as bytes.
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', createSecretKey(Buffer.from(toBytes(secret))));
  }
  update(data: HashInput): void {
    this.#hash.update(toBytes(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    throw new Error('a hash is used once');
  }
}

export type SignRequest = (request: OutgoingRequest, now: number) => Promise<HeaderMap>;

/**
 * Signature Version 4 by AWS's own signer: gives the headers to send. `credentials` are asked for at
 * each use, since a runtime may renew them. `now` is in seconds since the epoch.
 */
export function createRequestSigner(
  service: string,
  region: string,
  credentials: AwsAccessKey | (() => Promise<AwsAccessKey>),
): SignRequest {
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, applyChecksum: false });
  return async ({ url, method = 'POST', headers, body }, now) => {
    const request = {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, ...headers },
      body,
    };
    return (await signer.sign(request, { signingDate: new Date(now * 1000) })).headers;
  };
}

/** A URL that proves who made it, for so many seconds: whoever has it can use it. */
export type Presigned = {
  readonly url: URL;
  /** Headers that must be sent with it, since they are signed. */
  readonly headers: HeaderMap;
  readonly seconds: number;
};

/** Signs a GET of this URL by its query (Signature Version 4). `now` is in seconds since the epoch. */
export async function presign(
  service: string,
  region: string,
  credentials: AwsAccessKey,
  { url, headers, seconds }: Presigned,
  now: number,
): Promise<string> {
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, applyChecksum: false });
  const request = {
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, ...headers },
  };
  const signed = await signer.presign(request, { expiresIn: seconds, signingDate: new Date(now * 1000) });
  const query = new URLSearchParams(signed.query as Record<string, string>).toString();
  // In a query of Signature Version 4 a space is %20 (RFC 3986).
  return `${url.protocol}//${url.host}${url.pathname}?${query.replaceAll('+', '%20')}`;
}
