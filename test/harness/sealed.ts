import type { JWK } from 'jose';
import { createKmsSigner } from '../../lib/keys/kms.ts';
import { rotateKey } from '../../lib/keys/rotate.ts';
import { createKmsSeal } from '../../lib/keys/seal.ts';
import { createSealedSigner, type SealedSetting } from '../../lib/keys/sealed.ts';
import type { Sealing } from '../../lib/keys/sealing.ts';
import type { Signer } from '../../lib/keys/signer.ts';
import { createMemorySealedKeys } from '../../lib/stores/keys.ts';
import { KEY, NEXT_KEY, SEALING_KEY, type TestKms } from './kms.ts';
import { AUDIENCE } from './policy.ts';

export const DAY = 24 * 60 * 60;
/** Midnight, at which one day's key takes over from the other's. */
export const MIDNIGHT = Date.UTC(2026, 10, 22) / 1000;

export type Deployment = Sealing & {
  readonly store: ReturnType<typeof createMemorySealedKeys>;
  /** What its processes reported. */
  readonly reported: string[];
  /** Sets the clock of everything in it. */
  at(seconds: number): void;
  rotate(): Promise<{ readonly day: string; readonly made: boolean }>;
  /** A new process, which has asked nobody anything. Its clock may be off by some seconds. */
  process(off?: number, changes?: Partial<SealedSetting>): Signer;
  /** The key of KMS that signs where no sealed key does. */
  kmsKey(): Promise<JWK | undefined>;
};

/** A deployment with sealed keys: KMS over HTTP, a store in memory, and a clock. Nothing has rotated yet. */
export function deployment(kms: TestKms, issuer = AUDIENCE): Deployment {
  let now = MIDNIGHT;
  const signer = (off = 0) =>
    createKmsSigner({ ...kms.setting, keys: [KEY, NEXT_KEY], now: () => now + off });
  const store = createMemorySealedKeys();
  const reported: string[] = [];
  const sealing = { issuer, kms: signer(), seal: createKmsSeal(SEALING_KEY, issuer, kms.setting), store };
  return {
    ...sealing,
    reported,
    at: seconds => {
      now = seconds;
    },
    rotate: () => rotateKey(sealing, now),
    process: (off = 0, changes = {}) =>
      createSealedSigner({
        ...sealing,
        kms: signer(off),
        now: () => now + off,
        report: what => void reported.push(what),
        ...changes,
      }),
    kmsKey: async () => (await sealing.kms.publicKeys())[0],
  };
}
