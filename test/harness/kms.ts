import {
  createCipheriv,
  createDecipheriv,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  randomBytes,
  sign,
} from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AwsSetting } from '../../lib/aws/call.ts';
import { findSignatureFault } from '../../lib/local/signature.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { receivedRequest } from './broker.ts';
import { awsAt, listenToEnd, receive } from './server.ts';

type Json = { readonly [member: string]: unknown };
type Reply = { readonly status: number; readonly body: string };
export type KmsCall = { readonly operation: string; readonly input: Json };
type Say = (call: KmsCall, response: ServerResponse) => Reply | undefined | null;

/** A KMS on loopback with real RSA keys, closed after the test file. It answers as KMS does until told otherwise. */
export type TestKms = {
  readonly setting: AwsSetting;
  readonly calls: KmsCall[];
  /** What comes next, once for each; the last is said again. `null`, or what says it: as KMS does. Undefined: nothing. */
  reply(...replies: (Say | null)[]): void;
  /** Puts another key pair behind an id, as when an alias is moved. */
  move(id: string): void;
};

export const KEY = 'arn:aws:kms:us-east-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000001';
/** The symmetric key, which seals. */
export const SEALING_KEY = 'arn:aws:kms:us-east-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000003';
export const NEXT_KEY = 'arn:aws:kms:us-east-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000002';

/** The key that proves what is kept of issuers' keys. */
export const PROOF_KEY = 'arn:aws:kms:us-east-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000004';

/** The key of an app of a role. */
export const APP_KEY = 'arn:aws:kms:us-east-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000005';

const RSA = 'RSASSA_PKCS1_V1_5_SHA_256';
function json(status: number, value: Json): Reply {
  return { status, body: JSON.stringify(value) };
}

/** An error of KMS, as its JSON protocol writes it. */
export function kmsError(code: string, status: number): Say {
  return () => json(status, { __type: code, message: 'no' });
}

/** KMS is broken within for the calls that match, and is itself for all others. */
export function kmsDownFor(matches: (call: KmsCall) => boolean): Say {
  const down = kmsError('KMSInternalException', 500);
  return (call, response) => (matches(call) ? down(call, response) : null);
}

/** The key's own answer to GetPublicKey, with these members over it. */
export function kmsPublicKey(changes: Json): Say {
  const PublicKey = newKey().publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return () => json(200, { PublicKey, KeyUsage: 'SIGN_VERIFY', SigningAlgorithms: [RSA], ...changes });
}

function newKey() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

/** DigestInfo of SHA-256 (RFC 8017 §9.2, note 1): what comes before the digest in what is signed. */
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

function signature(privateKey: KeyObject, { Message, MessageType }: Json): Buffer | undefined {
  const message = Buffer.from(String(Message), 'base64');
  if (MessageType === 'RAW' && message.length <= 4096) return sign('sha256', message, privateKey);
  if (MessageType === 'DIGEST' && message.length === createHash('sha256').digest().length)
    return privateEncrypt(privateKey, Buffer.concat([DIGEST_INFO, message]));
  return undefined;
}

export type KeyPairs = ReadonlyMap<string, ReturnType<typeof newKey>>;

export function keyPairs(ids: readonly string[]) {
  return new Map(ids.map(id => [id, newKey()]));
}

const CIPHER = 'aes-256-gcm';
const SEALING_SECRET = randomBytes(32);
const NONCE = 12;
const TAG = 16;

/** What was sealed opens with the same context alone, which is what KMS does with it too: additional data. */
function bound({ EncryptionContext }: Json): Buffer {
  return Buffer.from(JSON.stringify(EncryptionContext ?? {}));
}

function seal(plain: Buffer, input: Json): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(CIPHER, SEALING_SECRET, nonce).setAAD(bound(input));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

function open(input: Json): Buffer | undefined {
  const blob = Buffer.from(String(input['CiphertextBlob']), 'base64');
  const decipher = createDecipheriv(CIPHER, SEALING_SECRET, blob.subarray(0, NONCE)).setAAD(bound(input));
  decipher.setAuthTag(blob.subarray(NONCE, NONCE + TAG));
  try {
    return Buffer.concat([decipher.update(blob.subarray(NONCE + TAG)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Pairs take long to make, so the same eight come round: more than are ever published at one time. */
const ring: ReturnType<typeof newKey>[] = [];
let turn = 0;
function ringPair() {
  const at = turn++ % 8;
  return (ring[at] ??= newKey());
}

/** What KMS says of an operation that is not for a key of this usage. */
const MISUSED: { readonly [usage in 'signs' | 'seals']: { readonly [operation: string]: string } } = {
  signs: {
    Decrypt: 'InvalidKeyUsageException',
    GenerateDataKeyPairWithoutPlaintext: 'InvalidKeyUsageException',
  },
  seals: { Sign: 'InvalidKeyUsageException', GetPublicKey: 'UnsupportedOperationException' },
};

function refusal(code: string): Reply {
  return json(400, { __type: code, message: 'no' });
}

function asSealing({ operation, input }: KmsCall): Reply {
  const misused = MISUSED.seals[operation];
  if (misused !== undefined) return refusal(misused);
  if (operation === 'GenerateDataKeyPairWithoutPlaintext' && input['KeyPairSpec'] === 'RSA_2048') {
    const { publicKey, privateKey } = ringPair();
    const sealed = seal(privateKey.export({ type: 'pkcs8', format: 'der' }), input);
    const PublicKey = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    return json(200, { PublicKey, PrivateKeyCiphertextBlob: sealed.toString('base64') });
  }
  const Plaintext = operation === 'Decrypt' ? open(input)?.toString('base64') : undefined;
  return Plaintext === undefined
    ? json(400, { __type: 'InvalidCiphertextException' })
    : json(200, { Plaintext, KeyId: SEALING_KEY });
}

/** What KMS answers with these keys. */
export function asKms(pairs: KeyPairs, call: KmsCall): Reply {
  const { operation, input } = call;
  if (input['KeyId'] === SEALING_KEY) return asSealing(call);
  const pair = pairs.get(String(input['KeyId']));
  if (!pair) return json(400, { __type: 'NotFoundException', message: 'no such key' });
  const misused = MISUSED.signs[operation];
  if (misused !== undefined) return refusal(misused);
  const KeyId = input['KeyId'];
  if (operation === 'GetPublicKey') {
    const PublicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    return json(200, { KeyId, PublicKey, KeyUsage: 'SIGN_VERIFY', SigningAlgorithms: [RSA] });
  }
  const made =
    operation === 'Sign' && input['SigningAlgorithm'] === RSA ? signature(pair.privateKey, input) : undefined;
  return made
    ? json(200, { KeyId, Signature: made.toString('base64'), SigningAlgorithm: RSA })
    : json(400, { __type: 'ValidationException', message: 'not a call that KMS takes' });
}

export async function testKms(ids: readonly string[] = [KEY, NEXT_KEY]): Promise<TestKms> {
  const pairs = keyPairs(ids);
  const calls: KmsCall[] = [];
  let next: (Say | null)[] = [];
  const server = createServer(async (message, response) => {
    const asked = await receive(message);
    const [, operation = ''] = String(asked.headers['x-amz-target']).split('TrentService.');
    const call: KmsCall = { operation, input: JSON.parse(asked.body) as Json };
    calls.push(call);
    const say = next.length > 1 ? next.shift() : next[0];
    const wrong = findSignatureFault(receivedRequest(asked), DUMMY_KEYS, 'kms');
    const said = wrong
      ? json(400, { __type: 'IncompleteSignatureException', message: 'not signed right' })
      : (say ?? (() => null))(call, response);
    const reply = said === null ? asKms(pairs, call) : said;
    if (reply)
      response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.1' }).end(reply.body);
  });
  return {
    setting: awsAt(await listenToEnd(server)),
    calls,
    reply(...replies) {
      next = replies;
      calls.length = 0;
    },
    move: id => void pairs.set(id, newKey()),
  };
}
