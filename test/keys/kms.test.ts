import { calculateJwkThumbprint, decodeProtectedHeader, type JWK, jwtVerify } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { createKmsSigner, type KmsSetting } from '../../lib/keys/kms.ts';
import type { JwtTarget } from '../../lib/policy/targets/jwt.ts';
import { createJwtProvider } from '../../lib/providers/jwt.ts';
import { setOf, signerContract } from '../contract/signer.ts';
import { codeOf } from '../harness/code.ts';
import { grantFor, TRUST } from '../harness/grant.ts';
import { KEY, kmsDownFor, kmsError, kmsPublicKey, NEXT_KEY, testKms } from '../harness/kms.ts';
import { AUDIENCE, NOW, PROVIDER } from '../harness/policy.ts';

const kms = await testKms();
beforeEach(() => kms.reply());

function signer(changes: Partial<KmsSetting> = {}) {
  return createKmsSigner({ ...kms.setting, keys: [KEY, NEXT_KEY], ...changes });
}
function asked(): string[] {
  return kms.calls.map(({ operation }) => operation);
}

signerContract(() => signer());

describe('of two keys', () => {
  test('one that KMS no longer gives does not take the other with it', async () => {
    const keys = await signer({ keys: [KEY, 'gone'] }).publicKeys();
    expect(keys).toEqual([(await signer().publicKeys())[0]]);
  });

  test('one that KMS cannot tell just now is waited for: half a key set is not published', async () => {
    kms.reply(kmsDownFor(({ input }) => input['KeyId'] === KEY));
    await expect(signer().publicKeys()).rejects.toMatchObject({ passing: true });
  });

  test('none that KMS gives are no keys, and it is told why', async () => {
    await expect(signer({ keys: ['gone', 'lost'] }).publicKeys()).rejects.toMatchObject({ passing: false });
  });
});

describe('what KMS signs', () => {
  test('T52: is signed by the first of two published keys', async () => {
    const signing = signer();
    const token = await signing.sign('JWT', {});
    const [first, second] = await signing.publicKeys();
    expect([first, second].map(key => key?.kid)).toEqual([
      await calculateJwkThumbprint(first as JWK),
      await calculateJwkThumbprint(second as JWK),
    ]);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', kid: first?.kid, typ: 'JWT' });
    await expect(jwtVerify(token, setOf([second as JWK]))).rejects.toThrow();
  });

  test.each([
    { length: 1, type: 'RAW' },
    { length: 2900, type: 'RAW' },
    { length: 3000, type: 'DIGEST' },
    { length: 9000, type: 'DIGEST' },
  ])('is sent as $type where a claim has $length bytes', async ({ length, type }) => {
    const signing = signer();
    const token = await signing.sign('at+jwt', { sub: 'x'.repeat(length) });
    expect(kms.calls.at(-1)?.input['MessageType']).toBe(type);
    const { payload } = await jwtVerify(token, setOf(await signing.publicKeys()));
    expect(payload.sub).toHaveLength(length);
  });
});

describe('KMS is asked', () => {
  test('nothing before the first use', async () => {
    signer();
    expect(asked()).toEqual([]);
  });

  test('for a public key once, also when two ask at the same time, and for each signature', async () => {
    const signing = signer();
    await Promise.all([signing.sign('JWT', {}), signing.sign('JWT', {})]);
    await signing.publicKeys();
    expect(asked().sort()).toEqual(['GetPublicKey', 'GetPublicKey', 'Sign', 'Sign']);
  });

  test.each([
    { after: 3599, asks: 0 },
    { after: 3600, asks: 2 },
    { after: -1, asks: 2 },
  ])('for public keys $asks times $after seconds after it told them', async ({ after, asks }) => {
    let now = NOW;
    const signing = signer({ now: () => now });
    await signing.publicKeys();
    kms.reply();
    now += after;
    await signing.publicKeys();
    expect(asked()).toHaveLength(asks);
  });
});

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return (error as Error).name;
  }
}

describe('D08: what passes is asked again', () => {
  test.each([
    { name: 'throttled', reply: kmsError('ThrottlingException', 400) },
    { name: 'broken within', reply: kmsError('KMSInternalException', 500) },
    { name: 'too slow within', reply: kmsError('DependencyTimeoutException', 503) },
    { name: 'not itself', reply: () => ({ status: 502, body: '<html></html>' }) },
    { name: 'silent', reply: () => undefined },
  ])('where KMS is $name once', async ({ reply }) => {
    const signing = signer();
    await signing.publicKeys();
    kms.reply(reply, null);
    expect(await failureOf(signing.sign('JWT', {}))).toBe('none');
    expect(asked()).toEqual(['Sign', 'Sign']);
  });

  test('three times at most', async () => {
    kms.reply(kmsError('ThrottlingException', 400));
    expect(await failureOf(signer().sign('JWT', {}))).toBe('ThrottlingException');
    expect(asked()).toHaveLength(3);
  });
});

describe('what KMS refuses is asked once', () => {
  test.each([
    { name: 'no such key', code: 'NotFoundException', wire: 'NotFoundException' },
    { name: 'no right', code: 'AccessDeniedException', wire: 'AccessDeniedException' },
    { name: 'a disabled key', code: 'DisabledException', wire: 'com.amazonaws.kms#DisabledException' },
    { name: 'a key to be deleted', code: 'KMSInvalidStateException', wire: 'KMSInvalidStateException' },
  ])('$name', async ({ code, wire }) => {
    kms.reply(kmsError(wire, 400));
    expect(await failureOf(signer().sign('JWT', {}))).toBe(code);
    expect(asked()).toEqual(['GetPublicKey']);
  });

  test('with keys that are not ours', async () => {
    const credentials = { accessKeyId: 'AKIALOCALLOCALLOCAL1', secretAccessKey: 'another' };
    expect(await failureOf(signer({ credentials }).publicKeys())).toBe('IncompleteSignatureException');
  });
});

describe('a key is not used', () => {
  test.each([
    { name: 'that encrypts', changes: { KeyUsage: 'ENCRYPT_DECRYPT' } },
    { name: 'of another algorithm', changes: { SigningAlgorithms: ['ECDSA_SHA_256'] } },
    { name: 'without algorithms', changes: { SigningAlgorithms: undefined } },
    { name: 'without a public half', changes: { PublicKey: undefined } },
  ])('$name', async ({ changes }) => {
    kms.reply(kmsPublicKey(changes));
    expect(await failureOf(signer().publicKeys())).toBe('KeyUnusable');
  });

  test('whose public half cannot be read', async () => {
    kms.reply(kmsPublicKey({ PublicKey: 'AAAA' }));
    expect(await failureOf(signer().publicKeys())).not.toBe('none');
  });
});

describe('a signature does not leave', () => {
  test('T52: of another key than is published; and the next one is of the new key', async () => {
    const signing = signer();
    await signing.publicKeys();
    kms.move(KEY);
    expect(await failureOf(signing.sign('JWT', {}))).toBe('KeyUnusable');
    const token = await signing.sign('JWT', {});
    expect((await jwtVerify(token, setOf(await signing.publicKeys()))).payload).toEqual({});
  });

  test.each([
    { body: '{}', failure: 'KeyUnusable' },
    { body: '{"Signature":""}', failure: 'KeyUnusable' },
    { body: '[]', failure: 'AnswerUnreadable' },
    { body: 'null', failure: 'AnswerUnreadable' },
    { body: '', failure: 'AnswerUnreadable' },
  ])('where KMS answers $body', async ({ body, failure }) => {
    const signing = signer();
    await signing.publicKeys();
    kms.reply(() => ({ status: 200, body }));
    expect(await failureOf(signing.sign('JWT', {}))).toBe(failure);
  });
});

describe('keys that were told', () => {
  const aged = async () => {
    let now = NOW;
    const signing = signer({ now: () => now });
    const told = await signing.publicKeys();
    now += 3600;
    return { signing, told };
  };

  test('are published on while KMS cannot be asked', async () => {
    const { signing, told } = await aged();
    kms.reply(kmsError('KMSInternalException', 500));
    expect(await signing.publicKeys()).toEqual(told);
  });

  test('are not published once KMS refuses them', async () => {
    const { signing } = await aged();
    kms.reply(kmsError('DisabledException', 400));
    expect(await failureOf(signing.publicKeys())).toBe('DisabledException');
  });

  test('are asked for again after a failure', async () => {
    const signing = signer();
    kms.reply(kmsError('AccessDeniedException', 400));
    expect(await failureOf(signing.publicKeys())).toBe('AccessDeniedException');
    kms.reply();
    expect(await signing.publicKeys()).toHaveLength(2);
  });
});

test('through the provider, every fault of KMS is our own trouble', async () => {
  const provider = createJwtProvider({ issuer: AUDIENCE, signer: signer(), randomId: () => 'id' });
  const issue = () => codeOf(() => provider(grantFor<JwtTarget>(`${TRUST}${PROVIDER}\n`), NOW));
  kms.reply(kmsError('AccessDeniedException', 400));
  expect(await issue()).toBe('broker_misconfigured');
  kms.reply();
  expect(await issue()).toBe('none');
});

test('a signer without keys is not made', () => {
  expect(() => createKmsSigner({ ...kms.setting, keys: [] })).toThrow();
});
