import { BrokerError } from '../errors.ts';
import type { ClaimValue } from '../policy/claims.ts';
import { JsonError, readJsonObject } from './json.ts';

/** Longest subject token and longest header segment, in characters (threat T67). */
export const MAX_TOKEN = 16_384;
export const MAX_HEADER = 2_048;
export const MAX_KEY_ID = 256;

export type Header = { readonly alg: string; readonly kid: string };
export type Unverified = {
  readonly header: Header;
  readonly payload: { readonly [name: string]: ClaimValue };
  /** `header.payload` exactly as signed. */
  readonly signed: string;
};

const malformed = (detail: string, cause?: unknown): BrokerError =>
  new BrokerError('token_malformed', { detail, cause });

const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** Decodes canonical base64url alone: one text for one value, or a replay guard could be talked past (T08). */
const decode = (segment: string, name: string): Uint8Array => {
  if (!BASE64URL.test(segment)) throw malformed(`the ${name} is not base64url`);
  const bytes = Buffer.from(segment, 'base64url');
  if (bytes.toString('base64url') !== segment) throw malformed(`the ${name} is not canonical base64url`);
  return bytes;
};

const read = (segment: string, name: string): { readonly [name: string]: ClaimValue } => {
  try {
    return readJsonObject(decode(segment, name));
  } catch (error) {
    if (error instanceof JsonError) throw malformed(`the ${name}: ${error.message}`, error);
    throw error;
  }
};

// Keys inside the token (T03), and extensions that would change how it is read (T12).
const REFUSED_MEMBERS = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc', 'cty'];
const TYPES = ['jwt', 'application/jwt'];

const headerOf = (members: { readonly [name: string]: ClaimValue }): Header => {
  const refused = REFUSED_MEMBERS.find(name => Object.hasOwn(members, name));
  if (refused) throw malformed(`the header has ${refused}`);
  const { alg, kid, typ } = members;
  // A real Buildkite token has no typ. Any other than JWT is another kind of token (T13), ours among them.
  if (typ !== undefined && !(typeof typ === 'string' && TYPES.includes(typ.toLowerCase())))
    throw new BrokerError('token_type_refused');
  if (typeof alg !== 'string')
    throw new BrokerError('token_algorithm_refused', { detail: 'alg is not text' });
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KEY_ID)
    throw malformed('kid is not text of 1 to 256 characters');
  return { alg, kid };
};

/** Takes a compact JWS apart and checks its form. Nothing of it is verified yet. */
export const unverified = (token: string): Unverified => {
  if (token.length > MAX_TOKEN) throw new BrokerError('token_too_large');
  const [header = '', payload = '', signature = '', ...more] = token.split('.', 4);
  if (more.length > 0 || signature === '') throw malformed('it does not have three segments');
  if (header.length > MAX_HEADER) throw malformed(`the header is longer than ${MAX_HEADER} characters`);
  decode(signature, 'signature');
  return {
    header: headerOf(read(header, 'header')),
    payload: read(payload, 'payload'),
    signed: `${header}.${payload}`,
  };
};
