import { createHash, createPublicKey } from 'node:crypto';
import { AwsError, type AwsSetting } from '../aws/call.ts';
import { createJsonCall, type JsonCall, type JsonObject, KMS } from '../aws/json.ts';
import { startBudget } from '../http/retry.ts';
import { type Cached, createCached } from './cached.ts';
import { createRsaPublicKey, KeyUnusable, type PublicKey, signJws } from './rs256.ts';
import type { Signer } from './signer.ts';

export type KmsSetting = AwsSetting & {
  /** Key ids or ARNs: the first signs, all are published. */
  readonly keys: readonly string[];
  /** Milliseconds for all attempts at one call, where whoever waits has less than the usual. */
  readonly patience?: number;
};

const KMS_ALGORITHM = 'RSASSA_PKCS1_V1_5_SHA_256';
/** KMS itself hashes so many bytes; of anything longer it signs a digest. */
const MAX_RAW = 4096;
/** Seconds for which a public key is used before KMS is asked again. An id's never changes; an alias may move. */
const KEPT = 60 * 60;

/** The bytes that KMS gave in this member of its answer. */
export function readAnswerBytes(answer: JsonObject, member: string): Buffer {
  const value = answer[member];
  if (typeof value !== 'string' || value === '') throw new KeyUnusable(`KMS answered without ${member}`);
  return Buffer.from(value, 'base64');
}

/** A public key in the form in which KMS tells all of them (RFC 5280, SubjectPublicKeyInfo). */
export function readPublicKey(answer: JsonObject): PublicKey {
  return createRsaPublicKey(
    createPublicKey({ key: readAnswerBytes(answer, 'PublicKey'), format: 'der', type: 'spki' }),
  );
}

function readSigningKey(answer: JsonObject): PublicKey {
  const { KeyUsage: usage, SigningAlgorithms: algorithms } = answer;
  if (usage !== 'SIGN_VERIFY' || !Array.isArray(algorithms) || !algorithms.includes(KMS_ALGORITHM))
    throw new KeyUnusable(`the key is not for ${KMS_ALGORITHM}`);
  return readPublicKey(answer);
}

function createMessage(signed: Buffer) {
  return signed.length <= MAX_RAW
    ? { MessageType: 'RAW', Message: signed.toString('base64') }
    : { MessageType: 'DIGEST', Message: createHash('sha256').update(signed).digest('base64') };
}

/** A key that KMS refuses is left out. One that it cannot tell just now is not: half a key set breaks who fetches it. */
function pickAnswered(asked: readonly PromiseSettledResult<PublicKey>[]): readonly PublicKey[] {
  const failed = asked.flatMap(each => (each.status === 'rejected' ? [each.reason as unknown] : []));
  const had = asked.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []));
  const passing = failed.find(error => error instanceof AwsError && error.passing);
  if (passing !== undefined || had.length === 0) throw passing ?? failed[0];
  return had;
}

function createKmsCall(setting: KmsSetting, now: () => number): JsonCall {
  const call = createJsonCall(KMS, setting);
  return (operation, input) => call(operation, input, { budget: startBudget(now, setting.patience) });
}

function cacheKey(KeyId: string, ask: JsonCall, now: () => number): Cached<PublicKey> {
  const load = async () => readSigningKey(await ask('GetPublicKey', { KeyId }));
  return createCached(load, { now, seconds: KEPT });
}

/**
 * Signs by AWS KMS, which never gives the private half away. Nothing is asked of KMS before the first use. What
 * KMS signed leaves only if it verifies with the key that we publish. Throws what is no `BrokerError`: whoever
 * signs says what it means.
 */
export function createKmsSigner(setting: KmsSetting): Signer {
  const { keys, now = () => Date.now() / 1000 } = setting;
  const [first, ...others] = keys;
  if (first === undefined) throw new Error('KITE_STS_SIGNING_KEYS names no key');
  const ask = createKmsCall(setting, now);
  const signing = cacheKey(first, ask, now);
  const published = [signing, ...others.map(id => cacheKey(id, ask, now))];
  const signByKms = async (signed: Buffer): Promise<Buffer> => {
    const input = { KeyId: first, SigningAlgorithm: KMS_ALGORITHM, ...createMessage(signed) };
    return readAnswerBytes(await ask('Sign', input), 'Signature');
  };
  return {
    async sign(typ, claims) {
      const key = await signing.get();
      try {
        return await signJws({ ...key, sign: signByKms }, typ, claims);
      } catch (error) {
        // An alias may have moved since its public key was told.
        if (error instanceof KeyUnusable) signing.forget();
        throw error;
      }
    },
    async publicKeys() {
      return pickAnswered(await Promise.allSettled(published.map(each => each.get()))).map(({ jwk }) => jwk);
    },
  };
}
