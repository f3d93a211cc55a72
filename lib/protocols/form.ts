import { BrokerError } from '../errors.ts';
import type { HttpRequest } from './protocol.ts';

/** Greatest body in bytes, after any transport encoding is undone (threat T58). */
export const MAX_BODY = 32 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeFormPart(raw: string): string {
  if (!/[%+]/.test(raw)) return raw;
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '));
  } catch {
    throw new BrokerError('parameter_invalid', { at: 'body', detail: 'bad percent-encoding' });
  }
}

/** Without the rest, such as `; charset=utf-8`. */
export function readMediaType(request: HttpRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** The body of a request whose parameters are there alone, and of bounded size. */
export function readBody(request: HttpRequest): Uint8Array {
  if (request.query !== '') throw new BrokerError('parameter_unsupported', { at: 'query' });
  if (request.body.length > MAX_BODY) throw new BrokerError('body_too_large');
  return request.body;
}

/** Parameters that RFC 8693 §2.1 lets a client name more than once: several targets, of which we know one at a time. */
const TARGETS = ['audience', 'resource'];

/**
 * Parameters by name. One without a value is as if it were left out (RFC 6749 §3.2), and a name that stands twice is
 * refused, with or without values: two readers could take either as the other (threat T56).
 */
export function collectParameters(pairs: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
  const form = new Map<string, string>();
  for (const [name, value] of pairs) {
    const code = TARGETS.includes(name) ? 'target_unsupported' : 'parameter_repeated';
    // The caller chose this name: only the plainest are said back.
    if (form.has(name)) throw new BrokerError(code, { at: /^[\w.-]{1,64}$/.test(name) ? name : 'body' });
    form.set(name, value);
  }
  for (const [name, value] of form) if (value === '') form.delete(name);
  return form;
}

function readFormPair(pair: string): readonly [string, string] {
  const split = pair.indexOf('=');
  return split < 0
    ? [decodeFormPart(pair), '']
    : [decodeFormPart(pair.slice(0, split)), decodeFormPart(pair.slice(split + 1))];
}

/** The parameters of a form-encoded body. */
export function readForm(request: HttpRequest): ReadonlyMap<string, string> {
  const bytes = readBody(request);
  if (readMediaType(request) !== 'application/x-www-form-urlencoded')
    throw new BrokerError('content_type_unsupported');
  let body: string;
  try {
    body = utf8.decode(bytes);
  } catch {
    throw new BrokerError('parameter_invalid', { at: 'body', detail: 'not UTF-8' });
  }
  const pairs = body.split('&').filter(pair => pair !== '');
  return collectParameters(pairs.map(readFormPair));
}

/**
 * Refuses a second place for a token, which would be a second caller (threat T57). What says nothing of the caller is
 * ignored: gcloud's own Basic credentials, the signature of an AWS SDK.
 */
export function refuseBearer(request: HttpRequest): void {
  if (/^\s*bearer\b/i.test(request.headers['authorization'] ?? ''))
    throw new BrokerError('parameter_unsupported', { at: 'Authorization' });
}
