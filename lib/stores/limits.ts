import { BrokerError } from '../errors.ts';

/** So many at once, and so many a minute after that. */
export type Limit = { readonly perMinute: number; readonly burst: number };

/** What broker.yml limits: exchanges of one organization for one role, and all calls of AWS STS together. */
export type Limits = { readonly exchanges: Limit; readonly stsCalls: Limit };

/** `now` is in seconds since the epoch. */
export type Limiter = {
  /** Takes one of what a key may have: 0, or the seconds until there is one again. */
  take(key: string, now: number): number;
  /** The same; throws `rate_limited` when there is none. */
  admit(key: string, now: number): void;
};

const CAPACITY = 10_000;

/**
 * Token buckets for one process: each environment of a deployment has its own, so that all together admit as many
 * times more. `what` is for the log. Where there are more keys than it remembers, the one longest unused starts anew.
 */
export const memoryLimit = (what: string, { perMinute, burst }: Limit, capacity = CAPACITY): Limiter => {
  const interval = 60 / perMinute;
  const depth = burst * interval;
  /** When each key's bucket is full again, the one longest unused first. */
  const full = new Map<string, number>();
  const take = (key: string, now: number): number => {
    // A clock that was set back must not keep anybody out for longer than an empty bucket takes to fill.
    const from = Math.min(Math.max(full.get(key) ?? now, now), now + depth);
    const wait = Math.max(0, from + interval - now - depth);
    full.delete(key);
    full.set(key, wait > 0 ? from : from + interval);
    const [oldest] = full.keys();
    if (full.size > capacity && oldest !== undefined) full.delete(oldest);
    return wait;
  };
  return {
    take,
    admit(key, now) {
      const wait = take(key, now);
      if (wait === 0) return;
      throw new BrokerError('rate_limited', { retryAfter: Math.ceil(wait), detail: what, undone: true });
    },
  };
};
