import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Signer } from './signer.ts';

const ALGORITHM = 'RS256';

/**
 * A key that lives in this process's memory alone, made when first needed: for the laptop and for tests.
 * RS256 since every relying party takes it.
 */
export const localSigner = (): Signer => {
  const made = async () => {
    const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { modulusLength: 2048 });
    const jwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    const published: JWK = { ...jwk, kid, alg: ALGORITHM, use: 'sig' };
    return { privateKey, kid, published };
  };
  let pair: ReturnType<typeof made> | undefined;
  const key = (): ReturnType<typeof made> => (pair ??= made());
  return {
    async sign(typ, claims) {
      const { privateKey, kid } = await key();
      const header = typ === '' ? { alg: ALGORITHM, kid } : { alg: ALGORITHM, kid, typ };
      return new SignJWT({ ...claims }).setProtectedHeader(header).sign(privateKey);
    },
    publicKeys: async () => [(await key()).published],
  };
};
