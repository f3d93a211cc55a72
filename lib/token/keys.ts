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

/** Tells an operator's alarm of a key set that was not taken, or of a key that was left out. */
export type ReportKeyTrouble = (what: string) => void;

/** How the report of a set that was not taken begins: an alarm looks for it. */
export const NOT_TAKEN = 'the key set was not taken';

/** One fetch that is under way, for all who need it. */
type Flight = { readonly startedAt: number; readonly landed: Promise<void> };

/**
 * Keys fetched when they are needed, by the clock at each use and without timers, since a Lambda is frozen
 * between requests. A broken issuer breaks nobody: keys in hand serve until their hard lifetime, one
 * request at a time asks again while the others go on, and unknown key ids cause one fetch a pause and a few spare ones
 * at most. A successful fetch replaces everything at once, so a withdrawn key is gone (D01–D06).
 */
class IssuerKeys {
  private readonly fetchSet: FetchSet;
  private readonly report: ReportKeyTrouble;
  /** How many fetches were started, and which of them the set is from. */
  private started = 0;
  private landed = 0;
  private set: KeySet | undefined;
  private fetchedAt = Number.NEGATIVE_INFINITY;
  private triedAt = Number.NEGATIVE_INFINITY;
  private failures = 0;
  private reason: unknown;
  /** The last to come was a copy that others were told, and another key may be missing from it. */
  private copied = false;
  /** How many of the spare fetches were used, in the time that began then. */
  private spareUsed = 0;
  private spareSince = Number.NEGATIVE_INFINITY;
  private flight: Flight | undefined;

  constructor(fetchSet: FetchSet, report: ReportKeyTrouble) {
    this.fetchSet = fetchSet;
    this.report = report;
  }

  get(keyId: string, now: number): VettedKey | Promise<VettedKey> {
    const key = this.findUsable(keyId, now);
    const age = now - this.fetchedAt;
    const fresh = age >= 0 && age < SOFT_LIFETIME;
    // Whoever finds a key that is only old goes on with it, unless it is this request's turn to ask.
    if (key && (fresh || this.flight || !this.canAsk(now))) return key;
    return this.find(keyId, now);
  }

  private async find(keyId: string, now: number): Promise<VettedKey> {
    let asked = await this.lookUp(keyId, now);
    // It may have landed for another request, which was content with what others were told.
    if (this.copied && !this.findUsable(keyId, now)) asked = await this.lookUp(keyId, now);
    const key = this.findUsable(keyId, now);
    if (!key) throw this.explainMissing(asked, now);
    return key;
  }

  private findUsable(keyId: string, now: number): VettedKey | undefined {
    return now - this.fetchedAt < HARD_LIFETIME ? this.set?.get(keyId) : undefined;
  }

  /** Asks for a key, if that is allowed now. Whether the issuer was asked for this very key. */
  private async lookUp(keyId: string, now: number): Promise<boolean> {
    if (!this.canAsk(now) && !this.takeSpare(now)) return false;
    // What is under way already may have been answered before the key was published.
    const own = this.findFlight(now) === undefined;
    await this.refresh(keyId, now);
    return own;
  }

  private canAsk(now: number): boolean {
    // A clock that was set back must not silence us until it has caught up.
    if (now < this.triedAt) return true;
    const rested = now - this.triedAt >= PAUSE;
    const empty = !this.set || now - this.fetchedAt >= HARD_LIFETIME;
    return rested || this.flight !== undefined || (empty && this.failures < BREAKER_FAILURES);
  }

  /** Takes a spare fetch, if there is one. A broken issuer gets none. */
  private takeSpare(now: number): boolean {
    if (this.failures > 0 || !this.set) return false;
    const age = now - this.spareSince;
    if (age < 0 || age >= SOFT_LIFETIME) {
      this.spareSince = now;
      this.spareUsed = 0;
    }
    if (this.spareUsed >= SPARE) return false;
    this.spareUsed++;
    return true;
  }

  private findFlight(now: number): Flight | undefined {
    return this.flight && now - this.flight.startedAt < PATIENCE ? this.flight : undefined;
  }

  /** Joins the fetch that is under way, or starts one. */
  private refresh(keyId: string, now: number): Promise<void> {
    const shared = this.findFlight(now);
    if (shared) return shared.landed;
    this.triedAt = now;
    const flight = { startedAt: now, landed: this.fetch(keyId, now) };
    this.flight = flight;
    void flight.landed.then(() => {
      if (this.flight === flight) this.flight = undefined;
    });
    return flight.landed;
  }

  private async fetch(keyId: string, now: number): Promise<void> {
    const order = ++this.started;
    this.copied = false;
    try {
      const fetched = await this.fetchSet(keyId, now);
      // A fetch that was frozen with its process may land after a newer one.
      if (order < this.landed) return;
      this.landed = order;
      this.take(fetched, now);
    } catch (error) {
      this.noteFailure(error as Error);
    }
  }

  private take(fetched: FetchedKeySet, now: number): void {
    const { set, at, copied = false, failure } = fetched;
    // What we asked for ourselves may be newer than a copy. Newer than now, it is from before the clock was set back.
    if (at >= this.fetchedAt || this.fetchedAt > now) {
      this.set = set;
      this.fetchedAt = at;
    }
    this.copied = copied;
    // The issuer itself was asked no later than that.
    if (copied) this.triedAt = at;
    if (failure) {
      this.noteFailure(failure as Error);
      return;
    }
    this.failures = 0;
    this.reason = undefined;
  }

  private noteFailure(error: Error): void {
    this.failures++;
    this.reason = error;
    this.report(`${NOT_TAKEN}: ${error.message}`);
  }

  /** Only an issuer that was asked can be said not to publish a key: else it may be one that it has begun to use. */
  private explainMissing(asked: boolean, now: number): BrokerError {
    const told = this.reason === undefined && this.set && now - this.fetchedAt < HARD_LIFETIME;
    if (told && asked) return createUnknownKeyError();
    const left = Math.min(Math.ceil(this.triedAt + PAUSE - now), PAUSE);
    const wait = told || !this.canAsk(now) ? { retryAfter: Math.max(left, 1) } : {};
    if (told) return new BrokerError('issuer_keys_pending', wait);
    const detail = (this.reason as Error)?.message;
    return new BrokerError('issuer_keys_unavailable', { detail, cause: this.reason, ...wait });
  }
}

/** Creates the source of an issuer's keys, which fetches them when they are needed and reports what goes wrong. */
export function createIssuerKeys(fetchSet: FetchSet, report: ReportKeyTrouble): KeySource {
  const keys = new IssuerKeys(fetchSet, report);
  return (keyId, now) => keys.get(keyId, now);
}

/** Creates the source of the keys of an issuer that is always asked itself. */
export function createCachedKeys(fetchSet: () => Promise<KeySet>, report: ReportKeyTrouble): KeySource {
  return createIssuerKeys(async (_keyId, now) => ({ set: await fetchSet(), at: now }), report);
}
