import { TEXTS } from './texts.ts';

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/;

/** Is this host of a URL the machine itself? What goes there is in nobody else's hands. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * A URL that a token may be sent to, without a slash at its end: https, or http on this machine. Throws
 * `TypeError` for any other, and for one that holds a password, a query or a fragment.
 */
export function checkTokenUrl(written: string): string {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!safe || /[?#@\s]/.test(written)) throw new TypeError(TEXTS.url_refused);
  return written.replace(/\/+$/, '');
}

/** The URL of a broker, which is not that of one of its doors. Throws `TypeError` as `checkTokenUrl` does. */
export function checkBrokerUrl(written: string): string {
  const url = checkTokenUrl(written);
  if (url.endsWith('/token')) throw new TypeError(TEXTS.url_of_door);
  return url;
}
