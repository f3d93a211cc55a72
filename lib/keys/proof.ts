import { createHash } from 'node:crypto';
import type { JWK } from 'jose';
import { readJws } from './rs256.ts';
import type { Signer } from './signer.ts';

/** Whose a kept key set is, where it was fetched, and when it was asked for, in seconds since the epoch. */
export type KeySetOrigin = { readonly issuer: string; readonly uri: string };
export type ProvenOrigin = KeySetOrigin & { readonly at: number };

// Of its own, and without a registered claim: it must be a token for nobody.
const TYPE = 'kite-sts-issuer-keys+jwt';

function digestKeys(keys: string): string {
  return createHash('sha256').update(keys).digest('base64url');
}

/**
 * Proves that these keys were fetched from this URL for this issuer at this time. It is signed by a key that is for
 * nothing else, so that the function that reads what issuers wrote can never sign as the broker.
 */
export function proveKeys(prover: Signer, origin: ProvenOrigin, keys: string): Promise<string> {
  const { issuer, uri, at } = origin;
  return prover.sign(TYPE, { issuer, uri, at, keys: digestKeys(keys) });
}

/** Reads when these keys were asked for; undefined when the proof is not ours, or is of other keys or of another origin. */
export function readProof(
  proof: string,
  vouching: readonly JWK[],
  { issuer, uri, keys }: KeySetOrigin & { readonly keys: string },
): number | undefined {
  const said = readJws(proof, TYPE, vouching);
  const holds = said?.['issuer'] === issuer && said['uri'] === uri && said['keys'] === digestKeys(keys);
  return holds ? Number(said['at']) : undefined;
}
