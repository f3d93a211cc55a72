import type { Seal } from './seal.ts';
import type { Signer } from './signer.ts';

/** A sealed key as it is kept: nothing in it is secret to who may not open it. */
export type SealedKey = {
  /** The day on which it begins to sign, as `2026-11-24`. */
  readonly day: string;
  /** The public half and its times, signed. */
  readonly certificate: string;
  readonly sealed: Buffer;
  /** When it is of no more use, in seconds since the epoch. It may be kept longer. */
  readonly until: number;
};

/** The sealed keys of one broker, one for each day. Each throws when it cannot tell; nothing is made up. */
export type SealedKeys = {
  listCertificates(): Promise<readonly string[]>;
  findSealed(day: string): Promise<Buffer | undefined>;
  /** False when the day has its key, which then stays. */
  keep(key: SealedKey): Promise<boolean>;
};

/** Sealed keys: for whom, what vouches for them, what makes and opens them, and where they are kept. */
export type Sealing = {
  readonly issuer: string;
  readonly kms: Signer;
  readonly seal: Seal;
  readonly store: SealedKeys;
};
