import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import type { JWK } from 'jose';
import { BrokerError } from '../errors.ts';
import type { Claims, ClaimValue } from '../policy/claims.ts';
import type { Access } from '../policy/registries/grammar.ts';
import { readSignature, readTokenClaims, readTokenType, splitToken, type TokenParts } from './jws.ts';
import type { Origin } from './origin.ts';
import { CLOCK_SKEW } from './verify.ts';

/** A registry token of ours, after every check held. Times are seconds since the epoch. */
export type RegistryToken = {
  readonly id: string;
  readonly registry: string;
  readonly audience: string;
  readonly access: readonly Access[];
  readonly scopes: readonly string[];
  readonly statement: string;
  readonly holder: string;
  readonly origin: Origin;
  /** By which its uses are counted: the tenant and, last, its pipeline. */
  readonly counted: readonly (string | null)[];
  readonly sourceAddress: string | undefined;
  readonly expiresAt: number;
};

/** Reads a registry token; undefined for what is none by its type. Throws `BrokerError` for one that is no good. */
export type ReadRegistryToken = (token: string, now: number) => Promise<RegistryToken | undefined>;

/** The trust of a verifier of registry tokens: our own keys, for this one type. */
export type RegistryTrust = {
  readonly issuer: string;
  readonly type: string;
  /** The longest that one may live, in seconds. */
  readonly seconds: number;
  readonly publicKeys: () => Promise<readonly JWK[]>;
};

function createClaimRefusal(at: string): BrokerError {
  return new BrokerError('token_claims_invalid', { at });
}

function readTextClaim(claims: Claims, name: string): string {
  const value = claims[name];
  if (typeof value !== 'string') throw createClaimRefusal(name);
  return value;
}

function readTimeClaim(claims: Claims, name: string): number {
  const value = claims[name];
  if (!Number.isSafeInteger(value)) throw createClaimRefusal(name);
  return value as number;
}

function isClaims(value: ClaimValue | undefined): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readAccessClaim(value: ClaimValue | undefined): readonly Access[] {
  const sound =
    Array.isArray(value) &&
    value.every(each => isClaims(each) && Array.isArray(each['actions']) && typeof each['name'] === 'string');
  if (!sound) throw createClaimRefusal('access');
  return value as unknown as readonly Access[];
}

function readOriginClaim(value: ClaimValue | undefined): Origin {
  if (!isClaims(value) || typeof value['issuer'] !== 'string') throw createClaimRefusal('origin');
  return value as unknown as Origin;
}

function readCountedClaim(value: ClaimValue | undefined): readonly (string | null)[] {
  const sound = Array.isArray(value) && value.every(each => each === null || typeof each === 'string');
  if (!sound) throw createClaimRefusal('counted');
  return value;
}

function readRegistryExpiry(claims: Claims, longest: number, now: number): number {
  const issuedAt = readTimeClaim(claims, 'iat');
  const expiresAt = readTimeClaim(claims, 'exp');
  if (expiresAt <= issuedAt || expiresAt - issuedAt > longest) throw createClaimRefusal('exp');
  if (issuedAt > now + CLOCK_SKEW) throw new BrokerError('token_not_yet_valid', { at: 'iat' });
  // Without the skew that an issuer's clock is given: both ends of this are ours.
  if (expiresAt <= now) throw new BrokerError('token_expired', { at: 'exp' });
  return expiresAt;
}

const SUBJECT = 'registry:';

function readRegistryClaims(claims: Claims, trust: RegistryTrust, now: number): RegistryToken {
  if (claims['iss'] !== trust.issuer) throw createClaimRefusal('iss');
  const subject = readTextClaim(claims, 'sub');
  if (!subject.startsWith(SUBJECT)) throw createClaimRefusal('sub');
  return {
    id: readTextClaim(claims, 'jti'),
    registry: subject.slice(SUBJECT.length),
    audience: readTextClaim(claims, 'aud'),
    access: readAccessClaim(claims['access']),
    scopes: readTextClaim(claims, 'scope').split(' '),
    statement: readTextClaim(claims, 'statement'),
    holder: readTextClaim(claims, 'holder'),
    origin: readOriginClaim(claims['origin']),
    counted: readCountedClaim(claims['counted']),
    sourceAddress: Object.hasOwn(claims, 'source_address')
      ? readTextClaim(claims, 'source_address')
      : undefined,
    expiresAt: readRegistryExpiry(claims, trust.seconds, now),
  };
}

async function checkRegistrySignature(apart: TokenParts, trust: RegistryTrust): Promise<void> {
  const { alg, kid } = apart.header;
  if (alg !== 'RS256') throw new BrokerError('token_algorithm_refused');
  const jwk = kid === undefined ? undefined : (await trust.publicKeys()).find(each => each.kid === kid);
  if (!jwk) throw new BrokerError('token_key_unknown');
  const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  if (!verify('sha256', Buffer.from(apart.signed), key, readSignature(apart)))
    throw new BrokerError('token_signature_invalid');
}

/** Makes the check of our own registry tokens. A token of any other type is left to who knows that. */
export function createRegistryReader(trust: RegistryTrust): ReadRegistryToken {
  return async (token, now) => {
    if (readTokenType(token) !== trust.type) return undefined;
    const apart = splitToken(token, [trust.type]);
    await checkRegistrySignature(apart, trust);
    return readRegistryClaims(readTokenClaims(apart), trust, now);
  };
}
