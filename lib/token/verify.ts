import { createHash } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import { BrokerError } from '../errors.ts';
import type { Claims, ClaimValue } from '../policy/claims.ts';
import type { IssuerRow } from './issuer.ts';
import { type Unverified, unverified } from './jws.ts';
import type { KeySource } from './keys.ts';

declare const verified: unique symbol;

/** A subject token after every check held. Made by `verifier` alone. Times are seconds since the epoch. */
export type VerifiedToken = {
  readonly [verified]: true;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  readonly claims: Claims;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Until then we would take it: its expiry and what clocks may differ. */
  readonly acceptedUntil: number;
  readonly keyId: string;
  /** SHA-256 of issuer ‖ header.payload as signed, in hex: the same for every spelling of a token (T08). */
  readonly digest: string;
};

/** How far clocks may differ, in seconds (threat T18). The one such constant. */
export const CLOCK_SKEW = 30;
/** 9999-12-31T23:59:59Z. */
const LAST_SECOND = 253_402_300_799;
const MAX_SUBJECT = 2_048;

export type Verify = (token: string, now: number) => Promise<VerifiedToken>;

/** Everything that a verifier trusts. `audiences` is the closed set: the broker's and each role's own. */
export type Trust = {
  readonly rows: ReadonlyMap<string, IssuerRow>;
  readonly keys: ReadonlyMap<string, KeySource>;
  readonly audiences: ReadonlySet<string>;
};

const wrongClaim = (at: string): BrokerError => new BrokerError('token_claims_invalid', { at });

const time = (claims: Claims, name: string): number => {
  const value = claims[name];
  if (typeof value !== 'number' || !(value >= 0 && value <= LAST_SECOND)) throw wrongClaim(name);
  return value;
};

const REGISTERED = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']);

/** Some readers fold case: a claim named `SUB` or `ſub` would be a second identity to them (threat T10). */
const foldsToRegistered = (name: string): boolean =>
  name.length <= 8 &&
  !REGISTERED.has(name) &&
  REGISTERED.has(name.normalize('NFKC').toUpperCase().toLowerCase());

const audience = (value: ClaimValue | undefined): string => {
  const one = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (typeof one !== 'string' || one === '') throw wrongClaim('aud');
  return one;
};

const subject = (value: ClaimValue | undefined): string => {
  if (typeof value !== 'string' || value === '' || value.length > MAX_SUBJECT || /\p{Cc}/u.test(value))
    throw wrongClaim('sub');
  return value;
};

type Times = Pick<VerifiedToken, 'issuedAt' | 'expiresAt' | 'acceptedUntil'>;

const checkTimes = (claims: Claims, row: IssuerRow, now: number): Times => {
  const issuedAt = time(claims, 'iat');
  const expiresAt = time(claims, 'exp');
  const notBefore = Object.hasOwn(claims, 'nbf') ? time(claims, 'nbf') : issuedAt;
  if (expiresAt <= issuedAt) throw wrongClaim('exp');
  if (expiresAt - issuedAt > row.maxTokenLifetime)
    throw new BrokerError('token_lifetime_too_long', { at: 'exp' });
  if (Math.max(issuedAt, notBefore) > now + CLOCK_SKEW)
    throw new BrokerError('token_not_yet_valid', { at: issuedAt > notBefore ? 'iat' : 'nbf' });
  const acceptedUntil = expiresAt + CLOCK_SKEW;
  if (acceptedUntil <= now) throw new BrokerError('token_expired', { at: 'exp' });
  return { issuedAt, expiresAt, acceptedUntil };
};

const checkSignature = async (token: string, row: IssuerRow, keys: KeySource): Promise<void> => {
  try {
    await compactVerify(token, keys, { algorithms: [...row.algorithms] });
  } catch (error) {
    if (error instanceof BrokerError) throw error;
    if (error instanceof errors.JWSSignatureVerificationFailed)
      throw new BrokerError('token_signature_invalid');
    throw new BrokerError('token_malformed', { detail: 'the signature layer refused it', cause: error });
  }
};

const issuerRow = ({ payload }: Unverified, { rows }: Trust): IssuerRow => {
  const { iss } = payload;
  // Byte for byte: no trailing slash, no other case, no list (threat T22).
  const row = typeof iss === 'string' ? rows.get(iss) : undefined;
  if (!row) throw new BrokerError('token_issuer_unknown');
  return row;
};

/**
 * Makes the check of subject tokens. Cheap refusals come first: shape and size, issuer, algorithm, key,
 * then the signature, then the claims. Only signed bytes are believed, and nothing of a token is echoed.
 */
export const verifier =
  (trust: Trust): Verify =>
  async (token, now) => {
    const parts = unverified(token);
    const row = issuerRow(parts, trust);
    if (!row.algorithms.includes(parts.header.alg)) throw new BrokerError('token_algorithm_refused');
    const keys = trust.keys.get(row.issuer);
    if (!keys) throw new BrokerError('issuer_keys_unavailable', { detail: 'no key source for this issuer' });
    await checkSignature(token, row, keys);
    const claims = parts.payload;
    const folded = Object.keys(claims).find(foldsToRegistered);
    if (folded !== undefined)
      throw new BrokerError('token_claims_invalid', { detail: 'a claim folds to a registered name' });
    const times = checkTimes(claims, row, now);
    if (Object.hasOwn(claims, 'jti') && typeof claims['jti'] !== 'string') throw wrongClaim('jti');
    const aud = audience(claims['aud']);
    if (!trust.audiences.has(aud) && !row.audiences.includes(aud))
      throw new BrokerError('token_audience_differs', { at: 'aud' });
    const held: Omit<VerifiedToken, typeof verified> = {
      issuer: row.issuer,
      subject: subject(claims['sub']),
      audience: aud,
      claims,
      ...times,
      keyId: parts.header.kid,
      digest: createHash('sha256').update(row.issuer).update(parts.signed).digest('hex'),
    };
    return held as VerifiedToken;
  };
