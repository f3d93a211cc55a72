import type { ClockReadings } from './clock.ts';
import type { SharedKeys, SharedSet } from './copy.ts';
import { type KeySet, writeKeySet } from './keyset.ts';

/** Where an issuer's keys are, and what fetches them. */
export type KeySetFetcher = { readonly uri: string; readonly fetchSet: () => Promise<KeySet> };

/** The issuers to ask for their keys, and where to share these. */
export type RefreshSetting = {
  readonly shared: Pick<SharedKeys, 'keep'>;
  /** By issuer. */
  readonly fetchers: ReadonlyMap<string, KeySetFetcher>;
  readonly now: () => number;
};

export type Refresher = RefreshSetting & {
  /** Gives the readings of the time since it was last called. */
  readonly takeReadings: () => ClockReadings;
};

/**
 * Asks each issuer for its keys and keeps what was vetted, for all processes. One that fails leaves what was kept, and
 * the others go on. Gives the issuers that failed, each with why.
 */
export async function refreshKeySets(setting: RefreshSetting): Promise<ReadonlyMap<string, Error>> {
  const { shared, fetchers, now } = setting;
  const failed = new Map<string, Error>();
  const refreshIssuer = async (issuer: string, { uri, fetchSet }: KeySetFetcher): Promise<void> => {
    // The time before it was asked: what was published since is not in the answer.
    const at = now();
    try {
      const set: SharedSet = { keys: writeKeySet(await fetchSet()), at };
      await shared.keep({ issuer, uri }, set);
    } catch (error) {
      failed.set(issuer, error as Error);
    }
  };
  await Promise.all([...fetchers].map(([issuer, fetcher]) => refreshIssuer(issuer, fetcher)));
  return failed;
}
