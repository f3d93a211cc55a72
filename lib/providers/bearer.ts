import type { JsonObject } from '../http/json.ts';
import { type GrantedLife, readExpiry, refuseAnswer } from './expiry.ts';

export type BearerToken = { readonly token: string; readonly expiresAt: number };

// What can stand in an Authorization header (RFC 6750 §2.1).
const TOKEN = /^[A-Za-z0-9._~+/-]{1,8192}=*$/;

/** The token of an answer, or `provider_refused`. */
export function readAccessToken(value: unknown, { name }: GrantedLife): string {
  if (typeof value !== 'string' || !TOKEN.test(value)) refuseAnswer(name, 'without a token');
  return value;
}

/**
 * RFC 6749 §5.1: the scope is there when it is another than was asked for, and may be there when it is not. With fewer
 * it would not do what the role says and the audit event tells.
 */
function differsInScope(scope: unknown, asked: readonly string[]): boolean {
  if (scope === undefined) return false;
  const given = typeof scope === 'string' ? scope.split(' ') : [];
  return given.some(each => !asked.includes(each)) || asked.some(each => !given.includes(each));
}

/** The name of an access token's type in an exchange (RFC 8693 §3). */
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';

/** RFC 8693 §2.2.1: what kind of token it is, which an exchange must say and other grants leave out. */
function refuseKind({ issued_token_type: kind }: JsonObject, { name }: GrantedLife): void {
  if (kind !== undefined && kind !== ACCESS_TOKEN_TYPE) refuseAnswer(name, 'with another kind of token');
}

/**
 * An access token as OAuth's token endpoints answer it. One of another type or with other scopes is refused; `scopes` is
 * undefined where the other side alone says which there are.
 */
export function readBearer(
  said: JsonObject,
  granted: GrantedLife,
  scopes: readonly string[] | undefined,
): BearerToken {
  const { access_token, token_type, expires_in, scope } = said;
  const token = readAccessToken(access_token, granted);
  if (typeof token_type !== 'string' || token_type.toLowerCase() !== 'bearer')
    refuseAnswer(granted.name, 'with a token of another type');
  refuseKind(said, granted);
  if (scopes && differsInScope(scope, scopes))
    refuseAnswer(granted.name, 'with scopes that were not asked for');
  const seconds = Number.isInteger(expires_in) ? Number(expires_in) : Number.NaN;
  return { token, expiresAt: readExpiry(Math.floor(granted.now) + seconds, granted) };
}
