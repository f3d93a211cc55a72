import { decodeProtectedHeader, jwtVerify } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { readKeyCertificate, signCertificate } from '../../lib/keys/certificate.ts';
import { createLocalSigner } from '../../lib/keys/local.ts';
import type { SealedKeys } from '../../lib/keys/sealing.ts';
import type { Signer } from '../../lib/keys/signer.ts';
import { setOf, signerContract } from '../contract/signer.ts';
import { kmsDownFor, kmsError, testKms } from '../harness/kms.ts';
import { DAY, type Deployment, deployment, MIDNIGHT } from '../harness/sealed.ts';

/** The days of the first two keys, made at midnight and a day later. */
const [FIRST, SECOND] = ['2026-11-24', '2026-11-25'];
const FIRST_SIGNS = MIDNIGHT + 2 * DAY;

let broker: Deployment;
const kms = await testKms();
beforeEach(() => {
  kms.reply();
  broker = deployment(kms);
});

function asked(operation: string): number {
  return kms.calls.filter(each => each.operation === operation).length;
}

/** The days of the keys, and `kms` for what is neither. */
async function days(): Promise<ReadonlyMap<string | undefined, string>> {
  const vouching = await broker.kms.publicKeys();
  const read = (await broker.store.listCertificates()).map(text =>
    readKeyCertificate(text, vouching, broker.issuer),
  );
  return new Map(read.map(each => [each?.jwk.kid, each?.day ?? 'none']));
}
async function signedBy(signer: Signer): Promise<string> {
  const { kid } = decodeProtectedHeader(await signer.sign('JWT', {}));
  return (await days()).get(kid) ?? (kid === (await broker.kmsKey())?.kid ? 'kms' : 'unknown');
}
async function publishedBy(signer: Signer): Promise<string[]> {
  const known = await days();
  return (await signer.publicKeys()).map(({ kid }) => known.get(kid) ?? 'kms');
}

/** A deployment whose first key signs now. */
async function signing(): Promise<void> {
  await broker.rotate();
  broker.at(FIRST_SIGNS);
}

describe('a deployment whose sealed key signs', () => {
  signerContract(async () => {
    await signing();
    return broker.process();
  });
});

describe('a deployment that has made no key yet', () => {
  signerContract(() => broker.process());
});

describe('T52: whose turn it is to sign', () => {
  test.each([
    { name: 'before a key is published for two days', at: FIRST_SIGNS - 1, by: 'kms' },
    { name: 'from then on', at: FIRST_SIGNS, by: FIRST },
    { name: 'until the end of its day', at: FIRST_SIGNS + DAY - 1, by: FIRST },
    { name: 'the next day', at: FIRST_SIGNS + DAY, by: SECOND },
    { name: 'with no newer one, for three days', at: FIRST_SIGNS + 4 * DAY - 1, by: SECOND },
    { name: 'after that', at: FIRST_SIGNS + 4 * DAY, by: 'kms' },
  ])('$name: $by', async ({ at, by }) => {
    await broker.rotate();
    broker.at(MIDNIGHT + DAY);
    await broker.rotate();
    broker.at(at);
    expect(await signedBy(broker.process())).toBe(by);
    expect(broker.reported).toEqual([]);
  });

  test('in a process that lives through it, the same', async () => {
    const process = broker.process();
    expect(await signedBy(process)).toBe('kms');
    await signing();
    expect(await signedBy(process)).toBe(FIRST);
  });

  test('never that of a key which was made too late to be known everywhere', async () => {
    await broker.rotate();
    const [text = ''] = await broker.store.listCertificates();
    const certificate = readKeyCertificate(text, await broker.kms.publicKeys(), broker.issuer);
    if (!certificate) throw new Error('no certificate');
    const late = await signCertificate(broker.kms, broker.issuer, { ...certificate, madeAt: MIDNIGHT + 1 });
    broker.at(FIRST_SIGNS);
    const store = { ...broker.store, listCertificates: async () => [late] };
    expect(await signedBy(broker.process(0, { store }))).toBe('kms');
  });
});

test('KMS is asked for a key, and not for a token', async () => {
  await signing();
  const process = broker.process();
  kms.reply();
  await Promise.all([process.sign('JWT', {}), process.sign('JWT', {})]);
  for (let token = 0; token < 5; token++) await process.sign('JWT', {});
  expect([asked('Decrypt'), asked('Sign')]).toEqual([1, 0]);
});

describe('what is published', () => {
  test.each([
    ['is the key that will sign, as soon as it is made', MIDNIGHT, ['kms', 'kms', FIRST]],
    ['is the key that signs', FIRST_SIGNS, ['kms', 'kms', FIRST]],
    ['is the key that signed, for a day', FIRST_SIGNS + 4 * DAY - 1, ['kms', 'kms', FIRST]],
    ['is no key after that', FIRST_SIGNS + 4 * DAY, ['kms', 'kms']],
  ])('%s', async (_name, at, keys) => {
    await broker.rotate();
    broker.at(at);
    expect(await publishedBy(broker.process())).toEqual(keys);
  });

  test('a key that was removed is gone within a minute, and signs no more', async () => {
    await signing();
    const process = broker.process();
    expect(await signedBy(process)).toBe(FIRST);
    broker.store.remove(FIRST);
    broker.at(FIRST_SIGNS + 60);
    expect(await signedBy(process)).toBe('kms');
    expect(await publishedBy(process)).toEqual(['kms', 'kms']);
  });
});

describe('what somebody else wrote into the store', () => {
  const withStore = (changes: Partial<SealedKeys>) =>
    broker.process(0, { store: { ...broker.store, ...changes } });

  test.each<{ name: string; text: (broker: Deployment) => Promise<string> }>([
    { name: 'signed by a key of theirs', text: ({ issuer }) => certificateBy(createLocalSigner(), issuer) },
    { name: 'for another broker', text: ({ kms: ours }) => certificateBy(ours, 'https://other.example') },
    {
      name: 'made of a token that a role got',
      text: async ({ kms: ours, issuer }) => ours.sign('at+jwt', { issuer, ...(await times()) }),
    },
    { name: 'empty', text: async () => '' },
    { name: 'of one part', text: async () => 'garbage' },
    { name: 'of three parts of garbage', text: async () => 'a.b.c' },
  ])('is not published: a certificate $name', async ({ text }) => {
    const certificate = await text(broker);
    broker.at(FIRST_SIGNS);
    const process = withStore({ listCertificates: async () => [certificate] });
    expect(await publishedBy(process)).toEqual(['kms', 'kms']);
    expect(await signedBy(process)).toBe('kms');
    expect(broker.reported[0]).toMatch(/^a sealed key was not published/);
  });

  const times = async () => ({
    day: FIRST,
    jwk: { ...(await createLocalSigner().publicKeys())[0], kid: 'theirs' },
    madeAt: MIDNIGHT,
    signsFrom: FIRST_SIGNS,
    signsUntil: FIRST_SIGNS + DAY,
    publishedUntil: FIRST_SIGNS + 2 * DAY,
  });
  const certificateBy = async (signer: Signer, issuer: string) =>
    signCertificate(signer, issuer, await times());

  test.each<[name: string, sealed: () => Promise<Buffer | undefined>]>([
    ['changed', async () => Buffer.from((await broker.store.findSealed(FIRST)) ?? '').fill(1, -1)],
    ['of another key', async () => (await broker.seal.make()).sealed],
    ['of another broker', () => sealedFor('https://other.example')],
    ['gone', async () => undefined],
  ])('does not sign: a private half that is %s', async (_name, sealed) => {
    await signing();
    const process = withStore({ findSealed: sealed });
    expect(await signedBy(process)).toBe('kms');
    expect(broker.reported[0]).toMatch(/^a sealed key was not used/);
  });

  const sealedFor = async (issuer: string) => (await deployment(kms, issuer).seal.make()).sealed;
});

describe('D11: when something is down,', () => {
  const DOWN = kmsDownFor(() => true);
  const storeDown = (): SealedKeys => {
    const down = () => Promise.reject(new Error('the store is down'));
    return { listCertificates: down, findSealed: down, keep: down };
  };

  test('the store: KMS signs, and no part of the keys is published as if it were all', async () => {
    await signing();
    const process = broker.process(0, { store: storeDown() });
    expect(await signedBy(process)).toBe('kms');
    await expect(process.publicKeys()).rejects.toThrow();
  });

  test('KMS: a process that has its key signs on, and publishes on', async () => {
    await signing();
    const process = broker.process();
    await process.sign('JWT', {});
    const before = await process.publicKeys();
    broker.at(FIRST_SIGNS + 12 * 3600);
    kms.reply(DOWN);
    const token = await process.sign('JWT', {});
    await jwtVerify(token, setOf(before));
    expect(await process.publicKeys()).toEqual(before);
  });

  test('KMS, when a new day begins: the key of the day before signs on', async () => {
    await broker.rotate();
    broker.at(MIDNIGHT + DAY);
    await broker.rotate();
    broker.at(FIRST_SIGNS);
    const process = broker.process();
    expect(await signedBy(process)).toBe(FIRST);
    broker.at(FIRST_SIGNS + DAY);
    kms.reply(kmsDownFor(({ operation }) => operation === 'Decrypt'));
    expect(await signedBy(process)).toBe(FIRST);
    kms.reply();
    broker.at(FIRST_SIGNS + DAY + 30);
    expect(await signedBy(process)).toBe(SECOND);
  });

  test('KMS, in a process that has no key: nothing is signed', async () => {
    await signing();
    kms.reply(DOWN);
    await expect(broker.process().sign('JWT', {})).rejects.toMatchObject({ passing: true });
  });

  test('a key that cannot be opened is tried again after half a minute and not for each token', async () => {
    await signing();
    const process = broker.process();
    kms.reply((call, response) =>
      call.operation === 'Decrypt' ? kmsError('DisabledException', 400)(call, response) : null,
    );
    for (const after of [0, 1, 29]) {
      broker.at(FIRST_SIGNS + after);
      await process.sign('JWT', {});
    }
    expect([asked('Decrypt'), broker.reported.length]).toEqual([1, 1]);
    broker.at(FIRST_SIGNS + 30);
    await process.sign('JWT', {});
    expect(asked('Decrypt')).toBe(2);
  });
});

test.each([-300, 300])(
  'T81: what a process signs whose clock is off by %i seconds is published',
  async off => {
    await broker.rotate();
    const published = setOf(await broker.process().publicKeys());
    for (const at of [FIRST_SIGNS - 60, FIRST_SIGNS, FIRST_SIGNS + 3 * DAY]) {
      broker.at(at);
      await jwtVerify(await broker.process(off).sign('JWT', {}), published);
    }
  },
);

test('T52: over two weeks, no verifier that keeps the keys for a day ever fails, though rotation pauses', async () => {
  const HOUR = 3600;
  const verifiers = [24, 16, 8].map(hours => ({ keys: setOf([]), until: MIDNIGHT, first: hours * HOUR }));
  const warm = broker.process();
  const signers = new Set<string>();
  for (let now = MIDNIGHT; now < MIDNIGHT + 15 * DAY; now += 8 * HOUR) {
    broker.at(now);
    const day = Math.floor((now - MIDNIGHT) / DAY);
    // Once a day, each day at another hour. Not for two days, and not for five, which no key outlasts.
    const runs = now % DAY === (day % 3) * 8 * HOUR && ![4, 5, 9, 10, 11, 12, 13].includes(day);
    if (runs) await broker.rotate();
    const tokens = [await warm.sign('JWT', {})];
    if (now % DAY === 0) tokens.push(await broker.process().sign('JWT', {}));
    for (const verifier of verifiers) {
      if (now >= verifier.until) {
        verifier.keys = setOf(await broker.process().publicKeys());
        verifier.until = now + (now === MIDNIGHT ? verifier.first : DAY);
      }
      for (const token of tokens) await jwtVerify(token, verifier.keys);
    }
    signers.add(await signedBy(warm));
  }
  const days = ['11-24', '11-26', '11-27', '11-30', '12-02', '12-03'].map(each => `2026-${each}`);
  expect([...signers].sort()).toEqual([...days, 'kms']);
  expect(broker.reported).toEqual([]);
});
