const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/;

/**
 * A URL that a token may be sent to, without a slash at its end: https, or http on this machine. Throws
 * `TypeError` for any other, and for one that holds a password, a query or a fragment.
 */
export const tokenUrl = (written: string): string => {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!safe || /[?#@\s]/.test(written))
    throw new TypeError(
      'The URL must be https, or http on 127.0.0.1, localhost or [::1], without user, query and fragment, such as https://sts.acme.example.',
    );
  return written.replace(/\/+$/, '');
};
