import type { JWK } from 'jose';

/** Our own signature. The private half never leaves whatever stands behind this. */
export type Signer = {
  /** Signs the claims as a compact JWS with this `typ` and our key's id and algorithm in the header. */
  sign(typ: string, claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** The public keys that verify our signature: what the JWKS publishes. */
  publicKeys(): Promise<readonly JWK[]>;
};
