import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { AwsSetting } from '../aws/call.ts';
import { createJsonCall, KMS } from '../aws/json.ts';
import { readAnswerBytes, readPublicKey } from './kms.ts';
import type { PublicKey } from './rs256.ts';

/** A key pair whose private half only KMS can open. */
export type SealedPair = { readonly publicKey: PublicKey; readonly sealed: Buffer };

/** Makes sealed key pairs, and opens what was sealed. Each throws `AwsError` or `KeyUnusable`. */
export type Seal = { make(): Promise<SealedPair>; open(sealed: Buffer): Promise<KeyObject> };

/**
 * Seals with one symmetric key of KMS. KMS makes the pair, so whoever asks for one never sees its private half. The
 * issuer is the encryption context: what was sealed for one broker opens for no other, and CloudTrail has the name.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPairWithoutPlaintext.html
 */
export function createKmsSeal(KeyId: string, issuer: string, setting: AwsSetting): Seal {
  const ask = createJsonCall(KMS, setting);
  const EncryptionContext = { issuer };
  return {
    async make() {
      const input = { KeyId, KeyPairSpec: 'RSA_2048', EncryptionContext };
      const answer = await ask('GenerateDataKeyPairWithoutPlaintext', input);
      return {
        publicKey: readPublicKey(answer),
        sealed: readAnswerBytes(answer, 'PrivateKeyCiphertextBlob'),
      };
    },
    async open(sealed) {
      const CiphertextBlob = sealed.toString('base64');
      const answer = await ask('Decrypt', { KeyId, CiphertextBlob, EncryptionContext });
      return createPrivateKey({ key: readAnswerBytes(answer, 'Plaintext'), format: 'der', type: 'pkcs8' });
    },
  };
}
