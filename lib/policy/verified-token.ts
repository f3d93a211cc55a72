import type { Claims } from './claims.ts';

export declare const verified: unique symbol;

/** A subject token after every check held. Made by `verifier` alone. Times are seconds since the epoch. */
export type VerifiedToken = {
  readonly [verified]: true;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  readonly claims: Claims;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Until then we would take it: its expiry and what clocks may differ. */
  readonly acceptedUntil: number;
  readonly keyId: string;
  /** SHA-256 of issuer ‖ header.payload as signed, in hex: the same for every spelling of a token (T08). */
  readonly digest: string;
};
