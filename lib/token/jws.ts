import { BrokerError } from '../errors.ts';
import type { Claims } from '../policy/claims.ts';
import { JsonError, readStrictObject } from './json.ts';

/** Longest subject token and longest header segment, in characters (threat T67). */
export const MAX_TOKEN = 16_384;
export const MAX_HEADER = 2_048;
export const MAX_KEY_ID = 256;

export type TokenHeader = { readonly alg: string; readonly kid: string | undefined };
export type TokenParts = {
  readonly header: TokenHeader;
  /** The segments as written; `readTokenClaims` and `readSignature` read them when they are needed. */
  readonly payload: string;
  readonly signature: string;
  /** `header.payload` exactly as signed. */
  readonly signed: string;
};

function createMalformedError(detail: string, cause?: unknown): BrokerError {
  return new BrokerError('token_malformed', { detail, cause });
}

/** Decodes canonical base64url alone: one text for one value, or a replay guard could be talked past (T08). */
function decodeTokenSegment(segment: string, name: string): Uint8Array {
  const bytes = Buffer.from(segment, 'base64url');
  // The decoder passes over what it does not know; only what it would write itself is canonical.
  if (bytes.toString('base64url') !== segment)
    throw createMalformedError(`the ${name} is not canonical base64url`);
  return bytes;
}

function readSegment(segment: string, name: string): Claims {
  const bytes = decodeTokenSegment(segment, name);
  try {
    return readStrictObject(bytes);
  } catch (error) {
    if (error instanceof JsonError) throw createMalformedError(`the ${name}: ${error.message}`, error);
    throw error;
  }
}

// Keys inside the token (T03), and extensions that would change how it is read (T12).
const REFUSED_MEMBERS = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc', 'cty'];
const TYPES = ['jwt', 'application/jwt'];

function readHeader(members: Claims, types: readonly string[]): TokenHeader {
  const refused = REFUSED_MEMBERS.find(name => Object.hasOwn(members, name));
  if (refused) throw createMalformedError(`the header has ${refused}`);
  const { alg, kid, typ } = members;
  // A real Buildkite token has no typ. Any other than JWT is another kind of token (T13), ours among them.
  if (typ !== undefined && !(typeof typ === 'string' && types.includes(typ.toLowerCase())))
    throw new BrokerError('token_type_refused');
  if (typeof alg !== 'string')
    throw new BrokerError('token_algorithm_refused', { detail: 'alg is not text' });
  if (kid !== undefined && (typeof kid !== 'string' || kid === '' || kid.length > MAX_KEY_ID))
    throw createMalformedError('kid is not text of 1 to 256 characters');
  return { alg, kid };
}

/**
 * Takes a compact JWS apart and checks its size and its header. Nothing of it is verified yet. Throws
 * `BrokerError`, as do the two below.
 */
export function splitToken(token: string, types: readonly string[] = TYPES): TokenParts {
  if (token.length > MAX_TOKEN) throw new BrokerError('token_too_large');
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first < 0 || second < 0 || token.includes('.', second + 1) || second === token.length - 1) {
    throw createMalformedError('it does not have three segments');
  }
  if (first > MAX_HEADER) throw createMalformedError(`the header is longer than ${MAX_HEADER} characters`);
  return {
    header: readHeader(readSegment(token.slice(0, first), 'header'), types),
    payload: token.slice(first + 1, second),
    signature: token.slice(second + 1),
    signed: token.slice(0, second),
  };
}

/** The `typ` that a token says of itself, unverified; undefined where it says none, or is no token. */
export function readTokenType(token: string): string | undefined {
  const end = token.indexOf('.');
  if (end < 0 || end > MAX_HEADER) return undefined;
  try {
    const { typ } = readSegment(token.slice(0, end), 'header');
    return typeof typ === 'string' ? typ : undefined;
  } catch {
    return undefined;
  }
}

/** The claims of a token that was taken apart: believed only once its signature has verified. */
export function readTokenClaims(parts: TokenParts): Claims {
  return readSegment(parts.payload, 'payload');
}

export function readSignature(parts: TokenParts): Uint8Array {
  return decodeTokenSegment(parts.signature, 'signature');
}
