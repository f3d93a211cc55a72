import type { JWK } from 'jose';
import { type PublicKey, readJws } from './rs256.ts';
import type { Signer } from './signer.ts';

/** A sealed key, as our KMS key vouches for it. Times are seconds since the epoch. */
export type Certificate = {
  /** The day on which it begins to sign, as `2026-11-24`: there is one key for each. */
  readonly day: string;
  readonly jwk: PublicKey['jwk'];
  readonly madeAt: number;
  readonly signsFrom: number;
  readonly signsUntil: number;
  readonly publishedUntil: number;
};

// Of its own, and looked at: a role may put any claim into a token that the same key signs. Without a registered
// claim, since it must be a token for nobody.
const TYPE = 'kite-sts-key+jwt';

/** Signs a certificate as a JWS, so that whoever can only write to where it is kept cannot make us publish a key of theirs. */
export function signCertificate(vouching: Signer, issuer: string, certificate: Certificate): Promise<string> {
  return vouching.sign(TYPE, { issuer, ...certificate });
}

/** Reads a certificate; undefined when none of these keys signed it, or for another issuer. */
export function readKeyCertificate(
  text: string,
  vouching: readonly JWK[],
  issuer: string,
): Certificate | undefined {
  const said = readJws(text, TYPE, vouching);
  if (said?.['issuer'] !== issuer) return undefined;
  const { issuer: _, ...certificate } = said;
  // What it holds is what `certify` was given: the signature says so.
  return certificate as Certificate;
}
