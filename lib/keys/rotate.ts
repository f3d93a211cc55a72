import { type Certificate, signCertificate } from './certificate.ts';
import type { Sealing } from './sealing.ts';

const DAY = 24 * 60 * 60;

/** Seconds for which a key is published, at least, before it signs: longer than anybody keeps our JWKS (24 hours). */
export const PUBLISHED_BEFORE = 2 * 24 * 60 * 60;
/** Seconds for which a key may sign. It signs for one day; for the rest it stands in when there is no newer one. */
export const SIGNS_FOR = 3 * 24 * 60 * 60;
/** Seconds for which a key is published after it may have signed: longer than any token of ours lives (one hour). */
export const PUBLISHED_AFTER = 24 * 60 * 60;

/** Plans the times of a key that is made now: the next day for which it is published early enough decides. */
function planTimes(now: number): Omit<Certificate, 'jwk'> {
  const signsFrom = Math.ceil((now + PUBLISHED_BEFORE) / DAY) * DAY;
  const signsUntil = signsFrom + SIGNS_FOR;
  return {
    day: new Date(signsFrom * 1000).toISOString().slice(0, 10),
    madeAt: Math.floor(now),
    signsFrom,
    signsUntil,
    publishedUntil: signsUntil + PUBLISHED_AFTER,
  };
}

/**
 * Makes the key of the next day that has none, once, whoever else rotates at the same time. Safe to repeat. `made`
 * is false where the day has its key. `now` is seconds since the epoch: AWS refuses to answer who is minutes off.
 */
export async function rotateKey(
  sealing: Sealing,
  now: number,
): Promise<{ readonly day: string; readonly made: boolean }> {
  const { issuer, kms, seal, store } = sealing;
  const times = planTimes(now);
  const { day, publishedUntil: until } = times;
  if (await store.findSealed(day)) return { day, made: false };
  const { publicKey, sealed } = await seal.make();
  const certificate = await signCertificate(kms, issuer, { ...times, jwk: publicKey.jwk });
  return { day, made: await store.keep({ day, certificate, sealed, until }) };
}
