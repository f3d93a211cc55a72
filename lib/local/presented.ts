import { compactVerify, createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, type JWK } from 'jose';
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
export type PresentedToken = { readonly claims: PresentedClaims } | { readonly fault: PresentedFault };

/** The set-up of the trust in a cloud: our URL and keys, and what it expects as `aud`. */
export type ExpectedToken = { readonly trusted: Discovery; readonly audience: string; readonly now: number };

/** Seconds. Google takes no JWT that lives for longer; AWS and Entra say nothing of it. */
const LONGEST = 24 * 60 * 60;
/** Bytes: Google's limit of google.subject, the narrowest of the three. */
const MAX_SUBJECT = 127;

function findClaimsFault(claims: PresentedClaims, expected: ExpectedToken): PresentedFault | undefined {
  const { iss, sub, aud, iat, exp } = claims;
  const { trusted, audience, now } = expected;
  if (iss !== trusted.url) return 'issuer_differs';
  if (aud !== audience) return 'audience_differs';
  if (typeof sub !== 'string' || sub === '' || Buffer.byteLength(sub) > MAX_SUBJECT) return 'claims_wrong';
  if (!Number.isInteger(iat) || !Number.isInteger(exp)) return 'claims_wrong';
  if (Number(exp) - Number(iat) > LONGEST) return 'claims_wrong';
  if (Number(exp) <= now) return 'expired';
  return Number(iat) > now ? 'not_yet_valid' : undefined;
}

function readFault(error: unknown): PresentedFault {
  if (error instanceof errors.JWKSNoMatchingKey) return 'key_unknown';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature_wrong';
  if (error instanceof errors.JOSEError || error instanceof TypeError) return 'malformed';
  throw error;
}

/** The claims of a JWT that one of these keys signed with RS256, which its header names. Asks nothing of the claims. */
export async function verifySignature(token: string, keys: readonly JWK[]): Promise<PresentedToken> {
  try {
    if (typeof decodeProtectedHeader(token).kid !== 'string') return { fault: 'malformed' };
    await compactVerify(token, createLocalJWKSet({ keys: [...keys] }), { algorithms: ['RS256'] });
    return { claims: decodeJwt(token) };
  } catch (error) {
    return { fault: readFault(error) };
  }
}

/**
 * Checks a JWT as AWS, Google and Entra check one of an issuer that they trust: by the keys that it publishes, by its
 * issuer and audience, which must be equal, and by its times.
 */
export async function verifyPresented(token: string, expected: ExpectedToken): Promise<PresentedToken> {
  const checked = await verifySignature(token, await expected.trusted.publicKeys());
  if ('fault' in checked) return checked;
  const fault = findClaimsFault(checked.claims, expected);
  return fault ? { fault } : checked;
}
