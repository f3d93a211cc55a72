import type { ClaimValue } from '../policy/claims.ts';
import { JsonError, readStrictObject } from './json.ts';
import { type KeyVetting, type VettedKey, vetKey } from './jwk.ts';

/** Greatest size of a fetched key set in bytes, and its greatest number of keys (threat T70). */
export const MAX_SET_BYTES = 256 * 1024;
export const MAX_KEYS = 100;
const MAX_MEMBERS = 8_192;

/** Keys by their id. A `Map`, so that no id is special (threat T14). */
export type KeySet = ReadonlyMap<string, VettedKey>;

/** Why a whole set is not taken; what was there before stays in use until its hard lifetime ends. */
export class KeySetError extends Error {}

type VettedMember = Extract<KeyVetting, { readonly vetted: VettedKey }>;

/**
 * One key that is listed twice, with its algorithm or without, is one key: RFC 7517 §4.5 wants other ids for *different*
 * keys. Of those the issuer alone knows which is meant, and taking either could be wrong (threat T15).
 */
function joinKeys(held: VettedMember, again: VettedMember): VettedMember {
  const [one, other] = [held.vetted, again.vetted];
  const same =
    one.key.equals(other.key) && (one.algorithm === other.algorithm || !held.stated || !again.stated);
  if (!same) throw new KeySetError('two keys share a kid');
  return held.stated ? held : again;
}

/** Vets the keys of a set. Keys that cannot be used are told to `skip` and left out; an empty rest is refused. */
export function createKeySet(
  keys: readonly ClaimValue[],
  algorithms: readonly string[],
  skip: (why: string) => void,
): KeySet {
  if (keys.length > MAX_KEYS)
    throw new KeySetError(`the set has ${keys.length} keys; at most ${MAX_KEYS} are read`);
  const found = new Map<string, VettedMember>();
  for (const jwk of keys) {
    const outcome = vetKey(jwk, algorithms);
    if ('refused' in outcome) throw new KeySetError(outcome.refused);
    if ('skipped' in outcome) {
      skip(outcome.skipped);
      continue;
    }
    const { keyId } = outcome.vetted;
    const held = found.get(keyId);
    found.set(keyId, held ? joinKeys(held, outcome) : outcome);
  }
  if (found.size === 0) throw new KeySetError('no key of the set can be used');
  return new Map([...found].map(([keyId, { vetted }]) => [keyId, vetted]));
}

/** Reads a fetched key set (RFC 7517 §5). Throws `KeySetError`. */
export function readKeySet(
  bytes: Uint8Array,
  algorithms: readonly string[],
  skip: (why: string) => void,
): KeySet {
  try {
    const { keys } = readStrictObject(bytes, { members: MAX_MEMBERS });
    if (!Array.isArray(keys)) throw new KeySetError('it has no list of keys');
    return createKeySet(keys, algorithms, skip);
  } catch (error) {
    if (error instanceof JsonError) throw new KeySetError(error.message);
    throw error;
  }
}

/** A set of vetted keys as `readKeySet` reads it, without what else its issuer wrote. */
export function writeKeySet(set: KeySet): string {
  return JSON.stringify({
    keys: [...set.values()].map(({ keyId, algorithm, key }) => ({
      ...key.export({ format: 'jwk' }),
      kid: keyId,
      alg: algorithm,
      use: 'sig',
    })),
  });
}
