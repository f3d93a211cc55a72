/** Waits and tells the time, so that a test can do either. */
export type Clock = {
  /** Seconds since the epoch. */
  readonly now: () => number;
  /** Waits this many milliseconds. */
  readonly sleep: (ms: number) => Promise<unknown>;
};

type Expiring = { readonly expiresAt: number };

/** Seconds. Below 15 minutes boto asks before every request, so that the next one is had before that. */
const RENEW_BELOW = 1200;
/** Seconds: a credential with less left is not handed on, since a request may outlive it. */
const LEAST_LEFT = 60;
/** Seconds after a failure in which nothing is asked for, or each request of a client would ask. */
const PAUSE = 5;
/** Milliseconds that a caller waits for a new one while the one in hand is good: boto itself waits 2 s. */
const PATIENCE = 1000;

/**
 * Keeps something that expires, and has it renewed when a third of its life is left, or 20 minutes. Many who
 * ask at once cause one renewal. When a renewal fails, the one in hand still serves while it is good; after
 * that the failure is thrown.
 */
export function createKeeper<T extends Expiring>(
  first: T,
  renew: () => Promise<T>,
  clock: Clock,
): () => Promise<T> {
  const { now, sleep } = clock;
  let held = first;
  let since = now();
  let failure: { readonly error: unknown; readonly until: number } | undefined;
  let renewal: Promise<T> | undefined;

  const left = (): number => held.expiresAt - now();
  const isDue = (): boolean => left() < Math.min(RENEW_BELOW, (held.expiresAt - since) / 3);
  const renewed = async (): Promise<T> => {
    try {
      held = await renew();
      since = now();
      failure = undefined;
      return held;
    } catch (error) {
      failure = { error, until: now() + PAUSE };
      throw error;
    } finally {
      renewal = undefined;
    }
  };

  return async () => {
    if (!isDue()) return held;
    const good = left() > LEAST_LEFT;
    if (failure && now() < failure.until) {
      if (good) return held;
      throw failure.error;
    }
    renewal ??= renewed();
    if (!good) return renewal;
    const patience = sleep(PATIENCE).then(() => held);
    return Promise.race([renewal.catch(() => held), patience]);
  };
}
