import { beforeEach, describe, expect, test } from 'vitest';
import { readKeyCertificate } from '../../lib/keys/certificate.ts';
import { PUBLISHED_AFTER, PUBLISHED_BEFORE, SIGNS_FOR } from '../../lib/keys/rotate.ts';
import { findKind } from '../../lib/language/kinds.ts';
import { kmsDownFor, testKms } from '../harness/kms.ts';
import { AUDIENCE } from '../harness/policy.ts';
import { DAY, type Deployment, deployment, MIDNIGHT } from '../harness/sealed.ts';

let broker: Deployment;
const kms = await testKms();
beforeEach(() => {
  kms.reply();
  broker = deployment(kms);
});

function asked(): string[] {
  return kms.calls.map(({ operation }) => operation);
}
async function made() {
  const keys = await broker.kms.publicKeys();
  return (await broker.store.listCertificates()).map(text => readKeyCertificate(text, keys, AUDIENCE));
}

test.each([
  { name: 'at midnight, for two days later', after: 0, day: '2026-11-24' },
  { name: 'a second later, for three days later, since two are promised', after: 1, day: '2026-11-25' },
  { name: 'a second before the next midnight, for the same day', after: DAY - 1, day: '2026-11-25' },
])('T52: a key is made $name', async ({ after, day }) => {
  broker.at(MIDNIGHT + after);
  expect(await broker.rotate()).toEqual({ day, made: true });
  const signsFrom = Date.parse(day) / 1000;
  const [certificate] = await made();
  expect(certificate).toEqual({
    day,
    jwk: expect.objectContaining({ kty: 'RSA', alg: 'RS256', use: 'sig' }),
    madeAt: MIDNIGHT + after,
    signsFrom,
    signsUntil: signsFrom + SIGNS_FOR,
    publishedUntil: signsFrom + SIGNS_FOR + PUBLISHED_AFTER,
  });
  expect(signsFrom - (MIDNIGHT + after)).toBeGreaterThanOrEqual(PUBLISHED_BEFORE);
});

test('T52: a key is published for longer than anybody keeps our keys before it signs, and than a token lives after', () => {
  expect(PUBLISHED_BEFORE).toBeGreaterThan(DAY);
  expect(PUBLISHED_AFTER).toBeGreaterThan(findKind('jwt').lengths(undefined).max);
});

test('KMS makes the pair for this broker alone, and its private half is seen by nobody', async () => {
  await broker.rotate();
  const { input } = kms.calls.find(({ operation }) => operation.startsWith('Generate')) ?? {};
  expect(input).toMatchObject({ KeyPairSpec: 'RSA_2048', EncryptionContext: { issuer: AUDIENCE } });
  expect(asked()).not.toContain('Decrypt');
});

describe('a day has one key', () => {
  test('also when rotation runs again, which then asks nothing of KMS', async () => {
    await broker.rotate();
    kms.reply();
    expect(await broker.rotate()).toEqual({ day: '2026-11-24', made: false });
    expect(asked()).toEqual([]);
  });

  test('also when two run at the same time', async () => {
    const runs = await Promise.all([broker.rotate(), broker.rotate()]);
    expect(runs.map(({ made }) => made).sort()).toEqual([false, true]);
    expect(await made()).toHaveLength(1);
  });
});

test.each(['GenerateDataKeyPairWithoutPlaintext', 'Sign'])(
  'where KMS fails to %s, rotation fails and keeps nothing; the next run makes the key',
  async failing => {
    kms.reply(kmsDownFor(({ operation }) => operation === failing));
    await expect(broker.rotate()).rejects.toMatchObject({ passing: true });
    expect(await made()).toEqual([]);
    kms.reply();
    expect(await broker.rotate()).toMatchObject({ made: true });
  },
);

test('a key is published two days before it signs, may sign for three, and is published one more: in seconds', () => {
  expect([PUBLISHED_BEFORE, SIGNS_FOR, PUBLISHED_AFTER]).toEqual([172_800, 259_200, 86_400]);
});
