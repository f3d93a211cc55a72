import type { JWK } from 'jose';
import { BrokerError } from '../errors.ts';
import type { ClaimValue } from '../policy/claims.ts';
import type { VettedKey } from './jwk.ts';
import { createKeySet, type KeySet } from './keyset.ts';

/**
 * Finds an issuer's key by its id; `now` in seconds since the epoch. Throws `token_key_unknown` when the
 * issuer does not publish it, `issuer_keys_pending` when it may not be asked before some seconds have passed, and
 * `issuer_keys_unavailable` when it cannot be asked.
 */
export type KeySource = (keyId: string, now: number) => VettedKey | Promise<VettedKey>;

/** Ages in seconds (D02): from the first on we ask again, from the second on we do not use what we have. */
export const SOFT_LIFETIME = 5 * 60;
export const HARD_LIFETIME = 6 * 60 * 60;
/** Seconds between two fetches that unknown key ids, or failures, may cause (D05). */
export const PAUSE = 30;
/**
 * So many fetches more may unknown key ids cause in each soft lifetime, while the issuer answers: a stranger's token must
 * not make the first jobs after a rotation wait.
 */
export const SPARE = 3;
/** After so many failures in a row the issuer is left alone for a pause, even with nothing in hand (D06). */
export const BREAKER_FAILURES = 5;
/** A fetch that takes longer by the clock was frozen with its process, and is not waited for (threat T78). */
const PATIENCE = 5;

function createUnknownKeyError(): BrokerError {
  return new BrokerError('token_key_unknown');
}

/** Keys that stand in broker.yml, or that the local edge hands in. */
export function createFixedKeys(keys: readonly JWK[], algorithms: readonly string[] = ['RS256']): KeySource {
  const set = createKeySet(keys as unknown as ClaimValue[], algorithms, () => undefined);
  return keyId => {
    const key = set.get(keyId);
    if (!key) throw createUnknownKeyError();
    return key;
  };
}

/** A key set, and when the issuer was asked for it: `at` in seconds since the epoch. */
export type FetchedKeySet = {
  readonly set: KeySet;
  readonly at: number;
  /** It is what others were told, and has the key that was asked for. */
  readonly copied?: boolean;
  /** Why there is no newer one. */
  readonly failure?: unknown;
};
/** Gets the set of an issuer, for this key above all. */
export type FetchSet = (keyId: string, now: number) => Promise<FetchedKeySet>;

type KeyCacheState = {
  /** How many fetches were started, and which of them the set is from. */
  started: number;
  landed: number;
  set?: KeySet;
  fetchedAt: number;
  triedAt: number;
  failures: number;
  /** What came last is what others were told, and another key may be missing from it. */
  copied: boolean;
  /** How many of the spare fetches were used, in the time that began then. */
  spareUsed: number;
  spareSince: number;
  flight?: { readonly startedAt: number; readonly landed: Promise<void> };
  reason?: unknown;
};

/** What is told of a key set that was not taken, or of a key that was left out: an operator's alarm. */
export type Report = (what: string) => void;

/** How the report of a set that was not taken begins: an alarm looks for it. */
export const NOT_TAKEN = 'the key set was not taken';

/**
 * Keys fetched when they are needed, by the clock at each use and without timers, since a Lambda is frozen
 * between requests. A broken issuer breaks nobody: keys in hand serve until their hard lifetime, one
 * request at a time asks again while the others go on, and unknown key ids cause one fetch a pause and a few spare ones
 * at most. A successful fetch replaces everything at once, so a withdrawn key is gone (D01–D06).
 */
export function createIssuerKeys(fetchSet: FetchSet, report: Report): KeySource {
  const state: KeyCacheState = {
    started: 0,
    landed: 0,
    fetchedAt: Number.NEGATIVE_INFINITY,
    triedAt: Number.NEGATIVE_INFINITY,
    failures: 0,
    copied: false,
    spareUsed: 0,
    spareSince: Number.NEGATIVE_INFINITY,
  };

  const failed = (error: Error): void => {
    state.failures++;
    state.reason = error;
    report(`${NOT_TAKEN}: ${error.message}`);
  };

  const take = ({ set, at, copied = false, failure }: FetchedKeySet, now: number): void => {
    // What we asked for ourselves may be newer than a copy. Newer than now, it is from before the clock was set back.
    if (at >= state.fetchedAt || state.fetchedAt > now) {
      state.set = set;
      state.fetchedAt = at;
    }
    state.copied = copied;
    // The issuer itself was asked no later than that.
    if (copied) state.triedAt = at;
    if (failure) return void failed(failure as Error);
    state.failures = 0;
    delete state.reason;
  };

  const attempt = async (keyId: string, now: number): Promise<void> => {
    const order = ++state.started;
    state.copied = false;
    try {
      const fetched = await fetchSet(keyId, now);
      // A fetch that was frozen with its process may land after a newer one.
      if (order < state.landed) return;
      state.landed = order;
      take(fetched, now);
    } catch (error) {
      failed(error as Error);
    }
  };

  const underWay = (now: number): KeyCacheState['flight'] =>
    state.flight && now - state.flight.startedAt < PATIENCE ? state.flight : undefined;

  /** One fetch in flight, shared by all who need it. */
  const refresh = (keyId: string, now: number): Promise<void> => {
    const shared = underWay(now);
    if (shared) return shared.landed;
    state.triedAt = now;
    const flight = { startedAt: now, landed: attempt(keyId, now) };
    state.flight = flight;
    void flight.landed.then(() => {
      if (state.flight === flight) delete state.flight;
    });
    return flight.landed;
  };

  const usable = (keyId: string, now: number): VettedKey | undefined =>
    now - state.fetchedAt < HARD_LIFETIME ? state.set?.get(keyId) : undefined;

  const mayAsk = (now: number): boolean => {
    // A clock that was set back must not silence us until it has caught up.
    if (now < state.triedAt) return true;
    const rested = now - state.triedAt >= PAUSE;
    const empty = !state.set || now - state.fetchedAt >= HARD_LIFETIME;
    return rested || state.flight !== undefined || (empty && state.failures < BREAKER_FAILURES);
  };

  /** Takes a spare fetch, if there is one. A broken issuer gets none. */
  const takeSpare = (now: number): boolean => {
    if (state.failures > 0 || !state.set) return false;
    const age = now - state.spareSince;
    if (age < 0 || age >= SOFT_LIFETIME) {
      state.spareSince = now;
      state.spareUsed = 0;
    }
    if (state.spareUsed >= SPARE) return false;
    state.spareUsed++;
    return true;
  };

  /** Asks for a key, if that is allowed now. Whether the issuer was asked for this very key. */
  const lookUp = async (keyId: string, now: number): Promise<boolean> => {
    if (!mayAsk(now) && !takeSpare(now)) return false;
    // What is under way already may have been answered before the key was published.
    const own = underWay(now) === undefined;
    await refresh(keyId, now);
    return own;
  };

  /** Only an issuer that was asked can be said not to publish a key: else it may be one that it has begun to use. */
  const missing = (asked: boolean, now: number): BrokerError => {
    const told = state.reason === undefined && state.set && now - state.fetchedAt < HARD_LIFETIME;
    if (told && asked) return createUnknownKeyError();
    const left = Math.min(Math.ceil(state.triedAt + PAUSE - now), PAUSE);
    const wait = told || !mayAsk(now) ? { retryAfter: Math.max(left, 1) } : {};
    if (told) return new BrokerError('issuer_keys_pending', wait);
    const detail = (state.reason as Error)?.message;
    return new BrokerError('issuer_keys_unavailable', { detail, cause: state.reason, ...wait });
  };

  const find = async (keyId: string, now: number): Promise<VettedKey> => {
    let asked = await lookUp(keyId, now);
    // It may have landed for another request, which was content with what others were told.
    if (state.copied && !usable(keyId, now)) asked = await lookUp(keyId, now);
    const key = usable(keyId, now);
    if (!key) throw missing(asked, now);
    return key;
  };

  return (keyId, now) => {
    const key = usable(keyId, now);
    const age = now - state.fetchedAt;
    const fresh = age >= 0 && age < SOFT_LIFETIME;
    // Whoever finds a key that is only old goes on with it, unless it is this request's turn to ask.
    if (key && (fresh || state.flight || !mayAsk(now))) return key;
    return find(keyId, now);
  };
}

/** The same of an issuer that is always asked itself. */
export function createCachedKeys(fetchSet: () => Promise<KeySet>, report: Report): KeySource {
  return createIssuerKeys(async (_keyId, now) => ({ set: await fetchSet(), at: now }), report);
}
