import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import type { JWK } from 'jose';
import type { Discovery } from '../protocols/discovery.ts';

export type PresentedClaims = { readonly [name: string]: unknown };
export type PresentedFault =
  | 'malformed'
  | 'key_unknown'
  | 'signature_wrong'
  | 'issuer_differs'
  | 'audience_differs'
  | 'expired'
  | 'not_yet_valid'
  | 'claims_wrong';
export type Presented = { readonly claims: PresentedClaims } | { readonly fault: PresentedFault };

/** What a cloud was told of us when the trust was set up: our URL and keys, and what it expects as `aud`. */
export type Expected = { readonly trusted: Discovery; readonly audience: string; readonly now: number };

/** Seconds. Google takes no JWT that lives for longer; AWS and Entra say nothing of it. */
const LONGEST = 24 * 60 * 60;
/** Bytes: Google's limit of google.subject, the narrowest of the three. */
const MAX_SUBJECT = 127;

const part = (text: string | undefined): PresentedClaims | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(text ?? '', 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as PresentedClaims) : undefined;
  } catch {
    return undefined;
  }
};

const claimsFault = (
  claims: PresentedClaims,
  { trusted, audience, now }: Expected,
): PresentedFault | undefined => {
  const { iss, sub, aud, iat, exp } = claims;
  if (iss !== trusted.url) return 'issuer_differs';
  if (aud !== audience) return 'audience_differs';
  if (typeof sub !== 'string' || sub === '' || Buffer.byteLength(sub) > MAX_SUBJECT) return 'claims_wrong';
  if (!Number.isInteger(iat) || !Number.isInteger(exp)) return 'claims_wrong';
  if (Number(exp) - Number(iat) > LONGEST) return 'claims_wrong';
  if (Number(exp) <= now) return 'expired';
  return Number(iat) > now ? 'not_yet_valid' : undefined;
};

/** The claims of a JWT that one of these keys signed with RS256, which its header names. */
export const signedByOne = (token: string, keys: readonly JWK[]): Presented => {
  const [header, body, signature, ...more] = token.split('.');
  const { alg, kid } = part(header) ?? {};
  const claims = part(body);
  if (alg !== 'RS256' || typeof kid !== 'string' || !claims || !signature || more.length > 0)
    return { fault: 'malformed' };
  const key = keys.find(each => each.kid === kid);
  if (!key) return { fault: 'key_unknown' };
  const publicKey = createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
  return verify('sha256', Buffer.from(`${header}.${body}`), publicKey, Buffer.from(signature, 'base64url'))
    ? { claims }
    : { fault: 'signature_wrong' };
};

/**
 * Checks a JWT as AWS, Google and Entra check one of an issuer that they trust: by the keys that it publishes, by its
 * issuer and audience, which must be equal, and by its times.
 */
export const presented = async (token: string, expected: Expected): Promise<Presented> => {
  const checked = signedByOne(token, await expected.trusted.publicKeys());
  if ('fault' in checked) return checked;
  const fault = claimsFault(checked.claims, expected);
  return fault ? { fault } : checked;
};
