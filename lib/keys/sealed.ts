import type { KeyObject } from 'node:crypto';
import { type Cached, createCached } from './cached.ts';
import { type Certificate, readKeyCertificate } from './certificate.ts';
import { PUBLISHED_BEFORE } from './rotate.ts';
import { createSigningKey, KeyUnusable, type SigningKey, signJws } from './rs256.ts';
import type { Sealing } from './sealing.ts';
import type { Signer } from './signer.ts';

/** How each report of a sealed key begins: an alarm looks for it. */
export const NOT_SERVED = 'a sealed key was not';

export type SealedSetting = Sealing & {
  /** Seconds since the epoch. */
  readonly now?: () => number;
  /** Told why a sealed key was not used although it is there. */
  readonly report: (what: string) => void;
};

/** Seconds after which we look again for which keys there are: as long as one that was removed may still sign. */
const LISTED = 60;
/** Seconds in which neither the store nor KMS is asked again after a failure. */
const PAUSE = 30;

/** The keys whose time it is, the newest first. One that was not published early enough is never among them. */
function listDue(certificates: readonly Certificate[], now: number): readonly Certificate[] {
  return certificates
    .filter(({ signsFrom, signsUntil }) => signsFrom <= now && now < signsUntil)
    .filter(({ madeAt, signsFrom }) => signsFrom - madeAt >= PUBLISHED_BEFORE)
    .sort((a, b) => b.signsFrom - a.signsFrom);
}

function createCertifiedKey(certificate: Certificate, privateKey: KeyObject): SigningKey {
  const key = createSigningKey(privateKey);
  if (key.jwk.kid !== certificate.jwk.kid)
    throw new KeyUnusable('what was sealed is not the key that is published');
  return key;
}

type SealedContext = Required<SealedSetting> & {
  /** Does the work; a failure is reported before it is thrown on. */
  readonly reportFailure: <T>(work: () => Promise<T>) => Promise<T>;
};

function createSealedContext(setting: SealedSetting): SealedContext {
  return {
    ...setting,
    now: setting.now ?? (() => Date.now() / 1000),
    async reportFailure(work) {
      try {
        return await work();
      } catch (error) {
        const { name, message } = error as Error;
        setting.report(`${NOT_SERVED} used: ${name}: ${message}`);
        throw error;
      }
    },
  };
}

/** The certificates that are ours, as the store had them within the last minute. */
function cacheCertificates(context: SealedContext): Cached<readonly Certificate[]> {
  const { issuer, kms, store, now, report, reportFailure } = context;
  const loadCertificates = async (): Promise<readonly Certificate[]> => {
    const vouching = await kms.publicKeys();
    const read = (await store.listCertificates()).map(text => readKeyCertificate(text, vouching, issuer));
    if (read.includes(undefined)) report(`${NOT_SERVED} published: its certificate is not ours`);
    return read.filter(each => each !== undefined);
  };
  return createCached(() => reportFailure(loadCertificates), { now, seconds: LISTED, pause: PAUSE });
}

/** Opens the key of a certificate; the one that was opened last is had again without asking anybody. */
function createOpener(context: SealedContext): (certificate: Certificate) => Promise<SigningKey> {
  const { seal, store, now, reportFailure } = context;
  const loadKey = async (certificate: Certificate): Promise<SigningKey> => {
    const sealed = await store.findSealed(certificate.day);
    if (!sealed) throw new KeyUnusable('it is no longer there');
    return createCertifiedKey(certificate, await seal.open(sealed));
  };
  let last: { readonly kid: string; readonly key: Cached<SigningKey> } | undefined;
  return certificate => {
    const { kid } = certificate.jwk;
    if (last?.kid !== kid) {
      const keeping = { now, seconds: Number.POSITIVE_INFINITY, pause: PAUSE };
      last = { kid, key: createCached(() => reportFailure(() => loadKey(certificate)), keeping) };
    }
    return last.key.get();
  };
}

/**
 * Signs by a key of the day that KMS opens once for each process, so that KMS is asked for a key and not for a
 * token. Where there is no such key, or it cannot be opened, the one before signs on while its time lasts, and then
 * KMS itself: its keys are always published. The JWKS is whole or not at all: a part of it would break every
 * verifier that keeps it.
 */
export function createSealedSigner(setting: SealedSetting): Signer {
  const context = createSealedContext(setting);
  const { kms, now } = context;
  const certificates = cacheCertificates(context);
  const open = createOpener(context);
  let opened: SigningKey | undefined;

  const findCurrent = async (): Promise<SigningKey | undefined> => {
    const keys = listDue(await certificates.get(), now());
    if (keys[0]) opened = await open(keys[0]).catch(() => opened);
    const usable = opened;
    return keys.some(({ jwk }) => jwk.kid === usable?.jwk.kid) ? usable : undefined;
  };
  return {
    async sign(typ, claims) {
      const key = await findCurrent().catch(() => undefined);
      return key ? signJws(key, typ, claims) : kms.sign(typ, claims);
    },
    async publicKeys() {
      const published = (await certificates.get()).filter(({ publishedUntil }) => publishedUntil > now());
      return [...(await kms.publicKeys()), ...published.map(({ jwk }) => jwk)];
    },
  };
}
