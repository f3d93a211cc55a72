import type { KeyObject } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { ALGORITHM, type PublicKey } from './rs256.ts';
import type { Signer } from './signer.ts';

/** Writes a public RSA key as a JWKS has it. Its id is its thumbprint (RFC 7638). */
export async function publishKey(key: CryptoKey | KeyObject): Promise<PublicKey['jwk']> {
  const bare = await exportJWK(key);
  return { ...bare, kid: await calculateJwkThumbprint(bare), alg: ALGORITHM, use: 'sig' };
}

type KeyPair = { readonly privateKey: CryptoKey; readonly jwk: PublicKey['jwk'] };

async function createKeyPair(): Promise<KeyPair> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  return { privateKey, jwk: await publishKey(publicKey) };
}

/**
 * A key that lives in this process's memory alone, made when first needed: for the laptop and for tests. It is jose's
 * work, whose WebCrypto would make a function's first answer slower, so no function may load it.
 */
export function createLocalSigner(): Signer {
  let made: Promise<KeyPair> | undefined;
  const getPair = (): Promise<KeyPair> => (made ??= createKeyPair());
  return {
    async sign(typ, claims) {
      const { privateKey, jwk } = await getPair();
      const header = { alg: ALGORITHM, kid: jwk.kid, ...(typ === '' ? {} : { typ }) };
      return new SignJWT({ ...claims }).setProtectedHeader(header).sign(privateKey);
    },
    publicKeys: async () => [(await getPair()).jwk],
  };
}
