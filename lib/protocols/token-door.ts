import { BrokerError, CODES, type Code } from '../errors.ts';
import type { RegistryCredential } from '../outcome.ts';
import type { Access } from '../policy/registries/grammar.ts';
import { readForm } from './form.ts';
import type { HttpAnswer, HttpRequest, Voice } from './protocol.ts';
import { BASIC_CHALLENGE, readPresented, USER, writeRegistryBody } from './registry.ts';
import { type RefusedAnswer, writeExpiry, writeHeaders } from './words.ts';

/** The wish of a registry's client, and the subject token that it shows. */
export type RegistryAccessRequest = {
  readonly subjectToken: string;
  readonly user: string | undefined;
  /** The audience of the registry that is meant; undefined where the client does not say. */
  readonly service: string | undefined;
  readonly wishes: readonly Access[];
};

/** More than any client asks for at once: a push with a mount has two. */
const MAX_WISHES = 20;
const WISH = /^(repository|registry):([\w./-]{1,255}):([a-z*]{1,16}(?:,[a-z*]{1,16}){0,7})$/;

/** Leaves out words that are no scope of the Distribution specification that we know: nothing is granted for them. */
function readWishes(scopes: readonly string[]): readonly Access[] {
  const words = scopes.flatMap(each => each.split(' ')).filter(each => each !== '');
  if (words.length > MAX_WISHES) throw new BrokerError('parameter_invalid', { at: 'scope' });
  return words.flatMap(word => {
    const [, type, name = '', actions = ''] = WISH.exec(word) ?? [];
    return type === 'repository' || type === 'registry' ? [{ type, name, actions: actions.split(',') }] : [];
  });
}

function requireOne(values: readonly string[], at: string): string | undefined {
  const [value, ...others] = values.filter(each => each !== '');
  if (others.length > 0) throw new BrokerError('parameter_repeated', { at });
  return value;
}

/** A credential in a URL is in every log on its way (threat T57). */
const SECRETS = ['password', 'refresh_token', 'access_token', 'token'];

/** GET, with the subject token as the password of Basic: Docker, containerd, skopeo, oras, helm. */
function parseTokenGet(request: HttpRequest): RegistryAccessRequest {
  const { subjectToken, user } = readPresented(request);
  const query = new URLSearchParams(request.query);
  if (SECRETS.some(name => query.has(name))) throw new BrokerError('parameter_unsupported', { at: 'query' });
  const service = requireOne(query.getAll('service'), 'service');
  return { subjectToken, user, service, wishes: readWishes(query.getAll('scope')) };
}

/** Which parameter of a form has the credential. A "refresh token" is what was given to a client as an identity token. */
const CREDENTIALS: { readonly [grant: string]: string } = {
  password: 'password',
  refresh_token: 'refresh_token',
};

/** POST of a form: containerd, and Docker with an identity token. */
function parseTokenPost(request: HttpRequest): RegistryAccessRequest {
  const form = readForm(request);
  if (request.headers['authorization'] !== undefined)
    throw new BrokerError('parameter_unsupported', { at: 'Authorization' });
  const grant = form.get('grant_type') ?? '';
  if (!Object.hasOwn(CREDENTIALS, grant)) throw new BrokerError('parameter_invalid', { at: 'grant_type' });
  const subjectToken = form.get(CREDENTIALS[grant] ?? '');
  if (subjectToken === undefined)
    throw new BrokerError('parameter_missing', { at: CREDENTIALS[grant] ?? '' });
  const user = form.get('username');
  return {
    subjectToken,
    user: user !== undefined && USER.test(user) ? user : undefined,
    service: form.get('service'),
    wishes: readWishes([form.get('scope') ?? '']),
  };
}

/**
 * Reads what a client asks for after a challenge. Throws a `BrokerError`.
 * https://github.com/distribution/distribution/blob/main/docs/content/spec/auth/token.md
 */
export function parseTokenRequest(request: HttpRequest): RegistryAccessRequest {
  if (request.method === 'GET') return parseTokenGet(request);
  if (request.method === 'POST') return parseTokenPost(request);
  throw new BrokerError('method_not_allowed');
}

/** The token under both names that clients look for, and how long it lasts. */
export function renderToken(decisionId: string, credential: RegistryCredential): HttpAnswer {
  const { token, issuedAt, expiresAt } = credential;
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      pragma: 'no-cache',
      'decision-id': decisionId,
    },
    body: JSON.stringify({
      token,
      access_token: token,
      expires_in: expiresAt - issuedAt,
      issued_at: writeExpiry(issuedAt),
    }),
  };
}

/**
 * The status of a code. A denial is 401 too: skopeo and podman show the words of a 401 from here, and of no 403.
 */
export function findTokenStatus(code: Code): number {
  if (code === 'method_not_allowed') return 405;
  if (code === 'rate_limited') return 429;
  if (code === 'body_too_large') return 413;
  const { fault } = CODES[code];
  if (fault === 'ours' || fault === 'setup') return 503;
  const malformed = fault === 'caller' && !code.startsWith('token_') && code !== 'parameter_missing';
  return malformed ? 400 : 401;
}

/** Why there is no token, in the words that each client shows to its user. */
export function renderTokenRefusal(refused: RefusedAnswer, voice: Voice): HttpAnswer {
  const status = findTokenStatus(refused.code);
  return {
    status,
    headers: {
      ...writeHeaders(refused, status, 'application/json'),
      ...(status === 401 ? { 'www-authenticate': BASIC_CHALLENGE } : {}),
      ...(status === 405 ? { allow: 'GET, POST' } : {}),
    },
    body: writeRegistryBody(refused, voice, status),
  };
}
