import type { KeySetOrigin } from '../keys/proof.ts';
import type { IssuerRow } from './issuer.ts';
import { type FetchedKeySet, type FetchSet, type ReportKeyTrouble, SOFT_LIFETIME } from './keys.ts';
import { type KeySet, readKeySet } from './keyset.ts';

/** Seconds that the clock of whoever wrote may be ahead of ours. */
const AHEAD = 30;

/** Whose keys, from where, and by which algorithms. */
type CopyRow = {
  readonly issuer: string;
  readonly uri: string;
  readonly algorithms: IssuerRow['algorithms'];
};

/** How each report of a copy that does not serve begins: alarms look for these. */
export const COPY_REPORTS = {
  absent: 'the shared key set is not there',
  unproven: 'the shared key set has no proof of ours',
  unread: 'the shared key set was not read',
} as const;

/** A copy that cannot be had, or not be believed, is none: the issuer itself is asked. */
async function findCopy(
  shared: SharedKeys,
  row: CopyRow,
  report: ReportKeyTrouble,
): Promise<FetchedKeySet | undefined> {
  const { issuer, uri, algorithms } = row;
  try {
    const found = await shared.find({ issuer, uri });
    if (found.is !== 'proven') {
      report(COPY_REPORTS[found.is]);
      return undefined;
    }
    // Vetted as if it came from the issuer itself.
    return { set: readKeySet(Buffer.from(found.set.keys), algorithms, report), at: found.set.at };
  } catch (error) {
    report(`${COPY_REPORTS.unread}: ${(error as Error).message}`);
    return undefined;
  }
}

/**
 * Creates the fetch that takes the copy that all processes share first, and asks the issuer itself for a key that is not there, or when what is there is as old as
 * what we would ask again for (D04). A copy that is older serves where the issuer cannot be asked: so a process that
 * starts in its outage can begin.
 */
export function createSharedFetch(
  shared: SharedKeys,
  row: CopyRow,
  fetchSet: () => Promise<KeySet>,
  report: ReportKeyTrouble,
): FetchSet {
  return async (keyId, now) => {
    const found = await findCopy(shared, row, report);
    const copy = found && found.at <= now + AHEAD ? { ...found, at: Math.min(found.at, now) } : undefined;
    if (copy && now - copy.at < SOFT_LIFETIME && copy.set.has(keyId)) return { ...copy, copied: true };
    try {
      return { set: await fetchSet(), at: now };
    } catch (failure) {
      if (!copy) throw failure;
      return { ...copy, failure };
    }
  };
}

/** The key set of an issuer as it was vetted, and when it was asked for, in seconds since the epoch. */
export type SharedSet = { readonly keys: string; readonly at: number };

/** A key set that was looked up in what is shared. `unproven`: a row is there, and not as the refresher wrote it. */
export type SharedLookup =
  | { readonly is: 'proven'; readonly set: SharedSet }
  | { readonly is: 'absent' }
  | { readonly is: 'unproven' };

/** The keys of issuers, as all processes of a deployment know them. Each throws when it cannot tell. */
export type SharedKeys = {
  find(origin: KeySetOrigin): Promise<SharedLookup>;
  keep(origin: KeySetOrigin, set: SharedSet): Promise<void>;
};
