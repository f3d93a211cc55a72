import { hash } from 'node:crypto';
import { BrokerError } from '../errors.ts';
import type { Claims, ClaimValue } from '../policy/claims.ts';
import type { VerifiedToken, verified } from '../policy/verified-token.ts';
import type { IssuerRow } from './issuer.ts';
import { readSignature, readTokenClaims, splitToken, type TokenParts } from './jws.ts';
import type { KeySource } from './keys.ts';
import { isSignedBy } from './signature.ts';

/** How far clocks may differ, in seconds (threat T18). The one such constant. */
export const CLOCK_SKEW = 30;
/** 9999-12-31T23:59:59Z. */
const LAST_SECOND = 253_402_300_799;
const MAX_SUBJECT = 2_048;

export type Verify = (token: string, now: number) => Promise<VerifiedToken>;

/** Everything that a verifier trusts. `audiences` is the closed set: the broker's and each role's own. */
export type VerifierTrust = {
  readonly rows: ReadonlyMap<string, IssuerRow>;
  readonly keys: ReadonlyMap<string, KeySource>;
  readonly audiences: ReadonlySet<string>;
};

function createClaimError(at: string): BrokerError {
  return new BrokerError('token_claims_invalid', { at });
}

function readClaimTime(claims: Claims, name: string): number {
  const value = claims[name];
  if (typeof value !== 'number' || !(value >= 0 && value <= LAST_SECOND)) throw createClaimError(name);
  return value;
}

/** A name that folds to itself, as nearly every claim's does. */
const PLAIN_NAME = /^[a-z_]*$/;
const REGISTERED = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']);

/** Some readers fold case: a claim named `SUB` or `ſub` would be a second identity to them (threat T10). */
function isFoldedName(name: string): boolean {
  if (name.length > 8 || PLAIN_NAME.test(name)) return false;
  return !REGISTERED.has(name) && REGISTERED.has(name.normalize('NFKC').toUpperCase().toLowerCase());
}

function readTokenAudience(value: ClaimValue | undefined): string {
  if (Array.isArray(value) && value.length > 1)
    throw new BrokerError('token_audience_ambiguous', { at: 'aud' });
  const one = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (typeof one !== 'string' || one === '') throw createClaimError('aud');
  return one;
}

function readTokenSubject(value: ClaimValue | undefined): string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_SUBJECT || /\p{Cc}/u.test(value))
    throw createClaimError('sub');
  return value;
}

type TokenTimes = Pick<VerifiedToken, 'issuedAt' | 'expiresAt' | 'acceptedUntil'>;

/** Most callers can do this: their vendor lets a step say how long. */
const ASK_FOR_LESS = 'Mint one with a shorter lifetime.';

function checkTokenTimes(claims: Claims, row: IssuerRow, now: number): TokenTimes {
  const issuedAt = readClaimTime(claims, 'iat');
  const expiresAt = readClaimTime(claims, 'exp');
  const notBefore = Object.hasOwn(claims, 'nbf') ? readClaimTime(claims, 'nbf') : issuedAt;
  if (expiresAt <= issuedAt) throw createClaimError('exp');
  if (expiresAt - issuedAt > row.maxTokenLifetime)
    throw new BrokerError('token_lifetime_too_long', { at: 'exp', advice: row.shorterToken ?? ASK_FOR_LESS });
  if (Math.max(issuedAt, notBefore) > now + CLOCK_SKEW)
    throw new BrokerError('token_not_yet_valid', { at: issuedAt > notBefore ? 'iat' : 'nbf' });
  const acceptedUntil = expiresAt + CLOCK_SKEW;
  if (acceptedUntil <= now) throw new BrokerError('token_expired', { at: 'exp' });
  return { issuedAt, expiresAt, acceptedUntil };
}

/** Byte for byte: no trailing slash, no other case, no list (threat T22). */
function findIssuerRow(claims: Claims, trust: VerifierTrust): IssuerRow {
  const row = typeof claims['iss'] === 'string' ? trust.rows.get(claims['iss']) : undefined;
  if (!row) throw new BrokerError('token_issuer_unknown');
  return row;
}

/**
 * The row that this payload can only be of, without reading its JSON: a text that holds no escape has a
 * listed `iss` in it letter for letter. Refuses what has none, so that a stranger's token costs next to
 * nothing; undefined where more than one row is named, or escapes could hide one.
 */
function findCandidateRow(parts: TokenParts, trust: VerifierTrust): IssuerRow | undefined {
  const text = Buffer.from(parts.payload, 'base64url').toString('latin1');
  if (text.includes('\\')) return undefined;
  const named = [...trust.rows.values()].filter(({ issuer }) => text.includes(issuer));
  if (named.length === 0) throw new BrokerError('token_issuer_unknown');
  return named.length === 1 ? named[0] : undefined;
}

/** The id of the key that the header names, for an algorithm of this row. */
function readKeyId(parts: TokenParts, row: IssuerRow): string {
  if (!row.algorithms.includes(parts.header.alg)) throw new BrokerError('token_algorithm_refused');
  // Without an id any key of the issuer would do, and which one it was could not be audited (T14).
  if (parts.header.kid === undefined)
    throw new BrokerError('token_malformed', { detail: 'the header has no kid' });
  return parts.header.kid;
}

function findKeySource(row: IssuerRow, trust: VerifierTrust): KeySource {
  const source = trust.keys.get(row.issuer);
  if (!source) throw new BrokerError('issuer_keys_unavailable', { detail: 'no key source for this issuer' });
  return source;
}

type CheckedClaims = Omit<VerifiedToken, typeof verified | 'keyId' | 'digest'>;

/** Every claim that the protocol itself gives a meaning, on the bytes whose signature is checked next. */
function checkClaims(claims: Claims, row: IssuerRow, trust: VerifierTrust, now: number): CheckedClaims {
  const folded = Object.keys(claims).some(isFoldedName);
  if (folded) throw new BrokerError('token_claims_invalid', { detail: 'a claim folds to a registered name' });
  const times = checkTokenTimes(claims, row, now);
  if (Object.hasOwn(claims, 'jti') && typeof claims['jti'] !== 'string') throw createClaimError('jti');
  const aud = readTokenAudience(claims['aud']);
  if (!trust.audiences.has(aud) && !row.audiences.includes(aud)) {
    throw new BrokerError('token_audience_differs', { at: 'aud' });
  }
  return { issuer: row.issuer, subject: readTokenSubject(claims['sub']), audience: aud, claims, ...times };
}

/**
 * Makes the check of subject tokens. Cheap refusals come first: size and shape, issuer, algorithm, claims, key; the
 * signature, which costs the most, comes last. The key comes after the claims, so that an issuer is asked for keys only
 * by tokens of good form. The order decides which refusal is told, never whether a token is taken: all of it is read
 * from the same bytes. Nothing of a token is echoed.
 */
export function createVerifier(trust: VerifierTrust): Verify {
  return async (token, now) => {
    const apart = splitToken(token);
    const named = findCandidateRow(apart, trust);
    // An algorithm that no row could mean is refused before the claims are read.
    if (named) readKeyId(apart, named);
    const claims = readTokenClaims(apart);
    const row = findIssuerRow(claims, trust);
    const keyId = readKeyId(apart, row);
    const checked = checkClaims(claims, row, trust, now);
    const key = await findKeySource(row, trust)(keyId, now);
    if (key.algorithm !== apart.header.alg) throw new BrokerError('token_algorithm_refused');
    if (!isSignedBy(key, apart.signed, readSignature(apart)))
      throw new BrokerError('token_signature_invalid');
    const digest = hash('sha256', row.issuer + apart.signed, 'hex');
    return { ...checked, keyId: key.keyId, digest } as VerifiedToken;
  };
}
