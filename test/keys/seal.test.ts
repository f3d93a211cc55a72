import { createPublicKey } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { createRsaPublicKey } from '../../lib/keys/rs256.ts';
import { createKmsSeal } from '../../lib/keys/seal.ts';
import { kmsError, SEALING_KEY, testKms } from '../harness/kms.ts';
import { AUDIENCE } from '../harness/policy.ts';

const kms = await testKms();
const seal = createKmsSeal(SEALING_KEY, AUDIENCE, kms.setting);
beforeEach(() => kms.reply());

test('what was sealed opens to the private half of the same key', async () => {
  const { publicKey: made, sealed } = await seal.make();
  expect(createRsaPublicKey(createPublicKey(await seal.open(sealed))).jwk).toEqual(made.jwk);
});

test('KMS is told which key, and for which issuer, both times', async () => {
  await seal.open((await seal.make()).sealed);
  const bound = { KeyId: SEALING_KEY, EncryptionContext: { issuer: AUDIENCE } };
  expect(kms.calls).toEqual([
    { operation: 'GenerateDataKeyPairWithoutPlaintext', input: { ...bound, KeyPairSpec: 'RSA_2048' } },
    { operation: 'Decrypt', input: { ...bound, CiphertextBlob: expect.any(String) } },
  ]);
});

describe('nothing is opened', () => {
  test('that was sealed for another issuer', async () => {
    const { sealed } = await createKmsSeal(SEALING_KEY, 'https://other.example', kms.setting).make();
    await expect(seal.open(sealed)).rejects.toMatchObject({ code: 'InvalidCiphertextException' });
  });

  test('that was changed', async () => {
    const { sealed } = await seal.make();
    sealed.writeUInt8(sealed.readUInt8(40) ^ 1, 40);
    await expect(seal.open(sealed)).rejects.toMatchObject({ code: 'InvalidCiphertextException' });
  });
});

test.each([
  { name: 'no public half', answer: { PrivateKeyCiphertextBlob: 'AAAA' } },
  { name: 'no private half', answer: { PublicKey: undefined } },
])('an answer with $name is no pair', async ({ answer }) => {
  kms.reply(() => ({ status: 200, body: JSON.stringify(answer) }));
  await expect(seal.make()).rejects.toMatchObject({ name: 'KeyUnusable' });
});

test('an answer that holds no private key opens to nothing', async () => {
  kms.reply(() => ({ status: 200, body: JSON.stringify({ Plaintext: 'AAAA' }) }));
  await expect(seal.open(Buffer.from('sealed'))).rejects.toThrow();
});

test('a right that is missing is told as it is', async () => {
  kms.reply(kmsError('AccessDeniedException', 400));
  await expect(seal.make()).rejects.toMatchObject({ code: 'AccessDeniedException', passing: false });
});
