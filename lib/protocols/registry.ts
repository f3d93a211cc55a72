import { BrokerError, CODES } from '../errors.ts';
import type { Access } from '../policy/registries/grammar.ts';
import type { HttpRequest, Voice } from './protocol.ts';
import { describeInOneText, type RefusedAnswer } from './words.ts';

/** Where clients of registries are sent by a challenge, below the broker's URL. */
export const TOKEN_PATH = '/registry/token';

/** The content of the Authorization header: the subject token, and the user name of a Basic one. */
export type PresentedCredential = { readonly subjectToken: string; readonly user: string | undefined };

function refuseMember(): BrokerError {
  return new BrokerError('parameter_invalid', { at: 'authorization' });
}

// Two headers come joined by a comma, which neither form has: so both, or one twice, are refused (threat T57).
const BEARER = /^Bearer +([\w.~+/=-]+)$/i;
// cargo sends its token bare.
const BARE = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const BASIC = /^Basic +([A-Za-z0-9+/]+={0,2})$/i;
// Shorter than any token, since some clients send theirs as the user name; such a name must not get into a log.
export const USER = /^[\w.@+-]{1,64}$/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** RFC 7617 §2: `user:password` in base64; only the first colon divides. */
function readUserAndPassword(encoded: string): readonly [user: string, password: string] {
  let text: string;
  try {
    text = utf8.decode(Uint8Array.from(atob(encoded), each => each.charCodeAt(0)));
  } catch {
    throw refuseMember();
  }
  const colon = text.indexOf(':');
  if (colon < 0) throw refuseMember();
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** By these some servers take another method, or another path, than those of the request. */
const OVERRIDES = [
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-method',
  'x-original-method',
  'x-forwarded-method',
  'x-original-url',
  'x-original-uri',
  'x-rewrite-url',
  'x-override-url',
  // Artifactory takes what it holds anywhere as the content, without its being sent.
  'x-checksum-deploy',
];

/** Names in a query that stand for a second credential, or for another method than that of the request. */
const REFUSED_NAMES = ['access_token', '_method', '_http_method', 'x-http-method-override'];

function readTokenName(pair: string): string {
  const name = pair.split('=', 1)[0] ?? '';
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')).trim().toLowerCase();
  } catch {
    throw new BrokerError('parameter_invalid', { at: 'query' });
  }
}

/**
 * Refuses what could make of this request another than the one that is decided on, before anything else is asked.
 * RFC 6750 §2: a client must not use more than one way, and a token in a URL is in every log on its way.
 */
function refuseSecondReadings(request: HttpRequest): void {
  const override = OVERRIDES.find(name => request.headers[name] !== undefined);
  if (override !== undefined) throw new BrokerError('parameter_unsupported', { at: override });
  if (request.query.split(/[&;]/).some(pair => REFUSED_NAMES.includes(readTokenName(pair))))
    throw new BrokerError('parameter_unsupported', { at: 'query' });
}

/**
 * The subject token of a request to a registry: a Bearer credential, or the password of a Basic one, as Docker, npm
 * and pip send it. The user name means nothing. Throws when there is none, or more than one.
 */
export function readPresented(request: HttpRequest): PresentedCredential {
  const { authorization } = request.headers;
  refuseSecondReadings(request);
  if (authorization === undefined) throw new BrokerError('parameter_missing', { at: 'authorization' });
  const bearer = BEARER.exec(authorization)?.[1] ?? BARE.exec(authorization)?.[0];
  if (bearer !== undefined) return { subjectToken: bearer, user: undefined };
  const basic = BASIC.exec(authorization)?.[1];
  if (basic === undefined) throw refuseMember();
  const [user, subjectToken] = readUserAndPassword(basic);
  if (subjectToken === '') throw new BrokerError('parameter_missing', { at: 'authorization' });
  return { subjectToken, user: USER.test(user) ? user : undefined };
}

/** The subject of a challenge: how one is let in, and to what. */
export type RegistryDoor = {
  /** Images are asked for with a token of our own door; any other registry takes the subject token itself. */
  readonly images: boolean;
  /** The audience of the registry; undefined where several are meant, as by `GET /v2/`. */
  readonly service: string | undefined;
  /** The access that the request needs. */
  readonly access: readonly Access[];
};

/** Of a registry that takes the subject token itself. */
export const BASIC_CHALLENGE = 'Basic realm="kite-sts"';

/**
 * The words of `WWW-Authenticate`.
 * https://github.com/distribution/distribution/blob/main/docs/content/spec/auth/token.md
 */
export function writeChallenge(door: RegistryDoor, realm: string, error?: string): string {
  if (!door.images) return BASIC_CHALLENGE;
  const scope = door.access.map(each => `${each.type}:${each.name}:${each.actions.join(',')}`).join(' ');
  const parts = { realm, service: door.service, scope: scope || undefined, error };
  return `Bearer ${Object.entries(parts)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${value}"`]))
    .join(',')}`;
}

/** Did nobody show a credential? */
export function lacksCredential(answer: Pick<RefusedAnswer, 'code' | 'at'>): boolean {
  return answer.code === 'parameter_missing' && answer.at === 'authorization';
}

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
const OCI_CODES: { readonly [status: number]: string } = {
  400: 'UNSUPPORTED',
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  405: 'UNSUPPORTED',
  413: 'SIZE_INVALID',
  429: 'TOOMANYREQUESTS',
  503: 'UNAVAILABLE',
};

/** The members of a refusal: npm shows `error` to its users, and Docker `errors`. */
export function listRefusalMembers(refused: RefusedAnswer, voice: Voice, status: number) {
  return {
    // Text that a gateway can put between quotation marks of JSON without a change.
    message: describeInOneText(refused, voice, undefined)
      .replace(/["\\]/g, "'")
      .replace(/[^\x20-\x7e]/g, '?'),
    code: refused.code,
    decision_id: refused.decisionId,
    oci_code: OCI_CODES[status] ?? 'DENIED',
  };
}

/** A refusal that npm (`error`) and Docker (`errors`) show to their users; a gateway's template says the same. */
export function writeRegistryBody(refused: RefusedAnswer, voice: Voice, status: number): string {
  const { message, code, decision_id, oci_code } = listRefusalMembers(refused, voice, status);
  return JSON.stringify({ error: message, code, decision_id, errors: [{ code: oci_code, message }] });
}

/**
 * The status of a refusal. Every refusal at a registry of images is 401, as the reference registry has it: its clients
 * ask for another token then. npm says "incorrect password" after any 401 with a challenge, and keeps the reason to
 * itself, so elsewhere it is 403.
 */
export function findRegistryStatus(refused: RefusedAnswer, images: boolean): number {
  if (['setup', 'ours'].includes(CODES[refused.code].fault)) return 503;
  return images || lacksCredential(refused) ? 401 : 403;
}
