import { BrokerError, CODES } from '../errors.ts';
import type { HttpAnswer, HttpRequest, Voice } from './protocol.ts';
import { headersOf, inOneText, type Refused } from './words.ts';

/** What stands in the Authorization header: the subject token, and the user name of a Basic one. */
export type Presented = { readonly subjectToken: string; readonly user: string | undefined };

const invalid = (): BrokerError => new BrokerError('parameter_invalid', { at: 'authorization' });

// Two headers come joined by a comma, which neither form has: so both, or one twice, are refused (threat T57).
const BEARER = /^Bearer +([\w.~+/=-]+)$/i;
const BASIC = /^Basic +([A-Za-z0-9+/]+={0,2})$/i;
// Shorter than any token, since some clients send theirs as the user name; such a name must not get into a log.
const USER = /^[\w.@+-]{1,64}$/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** RFC 7617 §2: `user:password` in base64; only the first colon divides. */
const userAndPassword = (encoded: string): readonly [user: string, password: string] => {
  let text: string;
  try {
    text = utf8.decode(Uint8Array.from(atob(encoded), each => each.charCodeAt(0)));
  } catch {
    throw invalid();
  }
  const colon = text.indexOf(':');
  if (colon < 0) throw invalid();
  return [text.slice(0, colon), text.slice(colon + 1)];
};

/**
 * The subject token of a request to a registry: a Bearer credential, or the password of a Basic one, as Docker, npm
 * and pip send it. The user name means nothing. Throws when there is none, or more than one.
 */
export const presented = ({ headers, query }: HttpRequest): Presented => {
  const { authorization } = headers;
  // RFC 6750 §2: a client must not use more than one way, and a token in a URL is in every log on its way.
  if (/(^|&)access_token=/.test(query)) throw new BrokerError('parameter_unsupported', { at: 'query' });
  if (authorization === undefined) throw new BrokerError('parameter_missing', { at: 'authorization' });
  const bearer = BEARER.exec(authorization)?.[1];
  if (bearer !== undefined) return { subjectToken: bearer, user: undefined };
  const basic = BASIC.exec(authorization)?.[1];
  if (basic === undefined) throw invalid();
  const [user, subjectToken] = userAndPassword(basic);
  if (subjectToken === '') throw new BrokerError('parameter_missing', { at: 'authorization' });
  return { subjectToken, user: USER.test(user) ? user : undefined };
};

/** Docker sends its credential to whoever asks so; a Bearer challenge would send it to a token server first. */
const CHALLENGE = { 'www-authenticate': 'Basic realm="kite-sts"' };

const isChallenge = ({ code, at }: Refused): boolean =>
  code === 'parameter_missing' && at === 'authorization';

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
const OCI_CODES = { 401: 'UNAUTHORIZED', 403: 'DENIED', 503: 'UNAVAILABLE' } as const;

const statusOf = (refused: Refused): keyof typeof OCI_CODES => {
  if (isChallenge(refused)) return 401;
  // npm says "incorrect password" after any 401 with a challenge, and keeps the reason to itself after it.
  return ['setup', 'ours'].includes(CODES[refused.code].fault) ? 503 : 403;
};

/** A refusal that npm (`error`) and Docker (`errors`) show to their users. */
export const registryRefusal = (refused: Refused, voice: Voice): HttpAnswer => {
  const status = statusOf(refused);
  const message = inOneText(refused, voice, undefined);
  return {
    status,
    headers: {
      ...headersOf(refused, status, 'application/json'),
      ...(status === 401 ? CHALLENGE : {}),
    },
    body: JSON.stringify({
      error: message,
      code: refused.code,
      decision_id: refused.decisionId,
      errors: [{ code: OCI_CODES[status], message }],
    }),
  };
};

/**
 * `GET /v2/`, the one route that is open: Docker sends nothing until it was challenged there, and asks there again
 * with what it then has. It opens nothing: what is behind it is asked for each request.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#determining-support
 */
export const dockerChallenge = ({ headers }: HttpRequest): HttpAnswer => ({
  status: headers['authorization'] === undefined ? 401 : 200,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'docker-distribution-api-version': 'registry/2.0',
    ...(headers['authorization'] === undefined ? CHALLENGE : {}),
  },
  body: '{}',
});
