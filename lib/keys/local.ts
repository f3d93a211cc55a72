import { generateKeyPairSync } from 'node:crypto';
import { type SigningKey, signingKey, signJws } from './rs256.ts';
import type { Signer } from './signer.ts';

const made = (): SigningKey => signingKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);

/** A key that lives in this process's memory alone, made when first needed: for the laptop and for tests. */
export const localSigner = (): Signer => {
  let pair: SigningKey | undefined;
  const key = (): SigningKey => (pair ??= made());
  return {
    sign: async (typ, claims) => signJws(key(), typ, claims),
    publicKeys: async () => [key().jwk],
  };
};
