import { BrokerError } from '../errors.ts';
import type { HttpRequest } from './protocol.ts';

/** Greatest body in bytes, after any transport encoding is undone (threat T58). */
export const MAX_BODY = 32 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const part = (raw: string): string => {
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '));
  } catch {
    throw new BrokerError('parameter_invalid', { at: 'body', detail: 'bad percent-encoding' });
  }
};

/** Without the rest, such as `; charset=utf-8`. */
const mediaType = (request: HttpRequest): string =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/**
 * The parameters of a form-encoded body. A name that stands twice is refused (RFC 6749 §3.1), and so is
 * an empty value: two readers could take either as the other (threat T56).
 */
export const readForm = (request: HttpRequest): ReadonlyMap<string, string> => {
  if (request.query !== '') throw new BrokerError('parameter_unsupported', { at: 'query' });
  if (request.body.length > MAX_BODY) throw new BrokerError('body_too_large');
  if (mediaType(request) !== 'application/x-www-form-urlencoded')
    throw new BrokerError('content_type_unsupported');
  let body: string;
  try {
    body = utf8.decode(request.body);
  } catch {
    throw new BrokerError('parameter_invalid', { at: 'body', detail: 'not UTF-8' });
  }
  const form = new Map<string, string>();
  for (const pair of body.split('&')) {
    if (pair === '') continue;
    const split = pair.indexOf('=');
    const name = part(split < 0 ? pair : pair.slice(0, split));
    if (form.has(name)) throw new BrokerError('parameter_repeated', { at: printable(name) });
    form.set(name, split < 0 ? '' : part(pair.slice(split + 1)));
  }
  for (const [name, value] of form)
    if (value === '') throw new BrokerError('parameter_empty', { at: printable(name) });
  return form;
};

/** The caller chose this name: only the plainest are said back. */
const printable = (name: string): string => (/^[\w.-]{1,64}$/.test(name) ? name : 'body');
