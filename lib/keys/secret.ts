import { createPrivateKey } from 'node:crypto';
import type { AwsSetting } from '../aws/call.ts';
import { createJsonCall, type JsonObject, SECRETS } from '../aws/json.ts';
import { createCached } from './cached.ts';
import { createSigningKey, KeyUnusable, type SigningKey, signJws } from './rs256.ts';
import type { Signer } from './signer.ts';

/** Seconds for which a key is used before it is read again: the longest that a new one waits, and an old one serves. */
const KEPT = 5 * 60;

function readSecretKey(answer: JsonObject): SigningKey {
  try {
    const key = createPrivateKey(String(answer['SecretString']));
    if (key.asymmetricKeyType === 'rsa') return createSigningKey(key);
  } catch {
    // Nothing of what could not be read is told: it may be a key all the same.
  }
  throw new KeyUnusable('the secret is no private RSA key in PEM');
}

/**
 * Signs by a private key that is a secret of AWS Secrets Manager, in PEM as it was downloaded. It is in this
 * process's memory while it is used; one in KMS never leaves that.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export function createSecretSigner(SecretId: string, setting: AwsSetting): Signer {
  const { now = () => Date.now() / 1000 } = setting;
  const ask = createJsonCall(SECRETS, setting);
  const key = createCached(async () => readSecretKey(await ask('GetSecretValue', { SecretId })), {
    now,
    seconds: KEPT,
  });
  return {
    sign: async (typ, claims) => signJws(await key.get(), typ, claims),
    publicKeys: async () => [(await key.get()).jwk],
  };
}
