import { createHash, createHmac } from 'node:crypto';
import type { HttpRequest } from '../protocols/protocol.ts';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<id>\w+)\/(?<scope>(?<day>\d{8})\/(?<region>[a-z0-9-]+)\/(?<service>[a-z]+)\/aws4_request), ?SignedHeaders=(?<names>[a-z0-9;-]+), ?Signature=(?<signature>[\da-f]{64})$/;

function hashSha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
function signHmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export type LocalKeys = { readonly accessKeyId: string; readonly secretAccessKey: string };
export type SignatureFault = 'missing' | 'key_unknown' | 'wrong';

/**
 * Finds what is wrong with a request's Signature Version 4 for these keys and service. The path is signed as
 * it was received: one SDK calls `/local/sts/`, another `/local/sts`. Its age is not looked at: here the
 * signer's clock is our own.
 */
export function findSignatureFault(
  request: HttpRequest,
  keys: LocalKeys,
  service = 'sts',
): SignatureFault | undefined {
  const { method, path, query, headers, body } = request;
  const { authorization } = headers;
  if (!authorization?.startsWith('AWS4-HMAC-SHA256 ')) return 'missing';
  const named = AUTHORIZATION.exec(authorization)?.groups ?? {};
  const { scope = '', day = '', names = '' } = named;
  if (named['id'] !== keys.accessKeyId || named['service'] !== service) return 'key_unknown';
  const date = headers['x-amz-date'] ?? '';
  const signed = names.split(';');
  if (!date.startsWith(day) || !signed.includes('host') || !signed.includes('x-amz-date')) return 'wrong';
  const lines = signed.map(name => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`).join('');
  const canonical = [method, path, query, lines, names, hashSha256(body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, scope, hashSha256(canonical)].join('\n');
  // The scope is day, region, service and aws4_request: a key is made of each in turn, and signs the text last.
  const steps = [...scope.split('/'), text];
  const expected = steps.reduce<string | Buffer>(signHmac, `AWS4${keys.secretAccessKey}`);
  return expected.toString('hex') === named['signature'] ? undefined : 'wrong';
}
