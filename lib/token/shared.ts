import type { KeyOrigin } from '../keys/proof.ts';

/** The key set of an issuer as it was vetted, and when it was asked for, in seconds since the epoch. */
export type SharedSet = { readonly keys: string; readonly at: number };

/** What was found of an issuer. `unproven`: a row is there, and not as the refresher wrote it. */
export type Found =
  | { readonly is: 'proven'; readonly set: SharedSet }
  | { readonly is: 'absent' }
  | { readonly is: 'unproven' };

/** What all processes of a deployment know of the keys of issuers. Each throws when it cannot tell. */
export type SharedKeys = {
  find(origin: KeyOrigin): Promise<Found>;
  keep(origin: KeyOrigin, set: SharedSet): Promise<void>;
};
