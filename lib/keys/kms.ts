import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { JWK } from 'jose';
import { AwsError, type AwsSetting, awsCall, type Fault, type Service } from '../aws/call.ts';
import type { Signer } from './signer.ts';

export type KmsSetting = AwsSetting & {
  /** Key ids or ARNs: the first signs, all are published. */
  readonly keys: readonly string[];
};

type SigningKey = { readonly key: KeyObject; readonly jwk: JWK & { readonly kid: string } };

const ALGORITHM = 'RS256';
const KMS_ALGORITHM = 'RSASSA_PKCS1_V1_5_SHA_256';
/** What KMS hashes itself, in bytes; of anything longer it signs a digest. */
const MAX_RAW = 4096;
/** Seconds for which a public key is used before KMS is asked again. An id's never changes; an alias may move. */
const KEPT = 60 * 60;

type Json = { readonly [member: string]: unknown };

const object = (body: string): Json => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
};

const faultOf = (body: string): Fault | undefined => {
  const { __type: type, message, Message } = object(body);
  if (typeof type !== 'string') return undefined;
  // Some services write the namespace of their model before the name.
  return { code: type.slice(type.lastIndexOf('#') + 1), message: String(message ?? Message ?? '') };
};

const KMS: Service = { name: 'kms', faultOf };

const unusable = (message: string): AwsError => new AwsError({ code: 'KeyUnusable', message }, 200, false);

const bytesOf = (answer: Json, member: string): Buffer => {
  const value = answer[member];
  if (typeof value !== 'string' || value === '') throw unusable(`KMS answered without ${member}`);
  return Buffer.from(value, 'base64');
};

/** RFC 7638 §3: the required members in their order, without white space. */
const thumbprint = ({ e, kty, n }: JWK): string =>
  createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');

const signingKey = (answer: Json): SigningKey => {
  const { KeyUsage: usage, SigningAlgorithms: algorithms } = answer;
  if (usage !== 'SIGN_VERIFY' || !Array.isArray(algorithms) || !algorithms.includes(KMS_ALGORITHM))
    throw unusable(`the key is not for ${KMS_ALGORITHM}`);
  const key = createPublicKey({ key: bytesOf(answer, 'PublicKey'), format: 'der', type: 'spki' });
  const bare = key.export({ format: 'jwk' }) as JWK;
  return { key, jwk: { ...bare, kid: thumbprint(bare), alg: ALGORITHM, use: 'sig' } };
};

type Kept<T> = { forget(): void; get(): Promise<T> };

/** Loads when first asked and once an hour. What was loaded serves on while AWS cannot be asked. */
const kept = <T>(load: () => Promise<T>, now: () => number): Kept<T> => {
  let loaded: { readonly value: T; readonly at: number } | undefined;
  let flight: Promise<T> | undefined;
  const renew = async (): Promise<T> => {
    try {
      const value = await load();
      loaded = { value, at: now() };
      return value;
    } catch (error) {
      if (loaded && error instanceof AwsError && error.passing) return loaded.value;
      throw error;
    } finally {
      flight = undefined;
    }
  };
  return {
    forget() {
      loaded = undefined;
    },
    async get() {
      const age = loaded ? now() - loaded.at : KEPT;
      if (loaded && age >= 0 && age < KEPT) return loaded.value;
      flight ??= renew();
      return flight;
    },
  };
};

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const message = (signed: Buffer) =>
  signed.length <= MAX_RAW
    ? { MessageType: 'RAW', Message: signed.toString('base64') }
    : { MessageType: 'DIGEST', Message: createHash('sha256').update(signed).digest('base64') };

/**
 * Signs by AWS KMS, which never gives the private half away: RS256 since every relying party takes it. Nothing is
 * asked of KMS before the first use. What KMS signed leaves only if it verifies with the key that we publish.
 * Throws what is no `BrokerError`: whoever signs says what it means.
 */
export const kmsSigner = (setting: KmsSetting): Signer => {
  const { keys, now = () => Date.now() / 1000 } = setting;
  const [first, ...others] = keys;
  if (first === undefined) throw new Error('KITE_STS_SIGNING_KEYS names no key');
  const call = awsCall(KMS, setting);
  const ask = async (operation: 'Sign' | 'GetPublicKey', input: Json): Promise<Json> => {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${operation}`,
    };
    return object(await call(headers, JSON.stringify(input)));
  };
  const keyOf = (id: string) => kept(async () => signingKey(await ask('GetPublicKey', { KeyId: id })), now);
  const signing = keyOf(first);
  const published = [signing, ...others.map(keyOf)];
  return {
    async sign(typ, claims) {
      const { key, jwk } = await signing.get();
      const header = { alg: ALGORITHM, kid: jwk.kid, ...(typ === '' ? {} : { typ }) };
      const text = `${base64url(header)}.${base64url(claims)}`;
      const signed = Buffer.from(text);
      const answer = await ask('Sign', { KeyId: first, SigningAlgorithm: KMS_ALGORITHM, ...message(signed) });
      const signature = bytesOf(answer, 'Signature');
      if (!verify('sha256', signed, key, signature)) {
        signing.forget();
        throw unusable('the signature is not of the key that is published');
      }
      return `${text}.${signature.toString('base64url')}`;
    },
    async publicKeys() {
      const asked = await Promise.allSettled(published.map(each => each.get()));
      const had = asked.filter(each => each.status === 'fulfilled').map(({ value }) => value.jwk);
      // A key that was disabled must not take the others with it; with none at all, it is told why.
      if (had.length === 0) throw (asked[0] as PromiseRejectedResult).reason;
      return had;
    },
  };
};
