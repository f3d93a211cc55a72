import type { JWK } from 'jose';
import { type PublicKey, readJws } from './rs256.ts';
import type { Signer } from './signer.ts';

/** What our KMS key says of a sealed key. Times are seconds since the epoch. */
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

/** The certificate as a JWS. So whoever can only write to where it is kept cannot make us publish a key of theirs. */
export function certify(vouching: Signer, issuer: string, certificate: Certificate): Promise<string> {
  return vouching.sign(TYPE, { issuer, ...certificate });
}

/** What a certificate says; undefined when none of these keys signed it, or for another issuer. */
export function readCertificate(
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
