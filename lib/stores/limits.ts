import { BrokerError } from '../errors.ts';
import { nameNetwork } from '../policy/cidr.ts';

/** So many at once, and so many a minute after that. */
export type Limit = { readonly perMinute: number; readonly burst: number };

/**
 * The limits of broker.yml: exchanges of one tenant for one role, its requests to one
 * registry, what is refused to one pipeline, how often one address
 * asks whose a session is, and all calls of AWS STS together.
 */
export type Limits = {
  readonly exchanges: Limit;
  readonly authorizations: Limit;
  readonly refusals: Limit;
  readonly identities: Limit;
  readonly stsCalls: Limit;
};

/** `now` is in seconds since the epoch. */
export type Limiter = {
  /** Takes one of what a key may have: 0, or the seconds until there is one again. */
  take(key: string, now: number): number;
  /** Takes one; throws `rate_limited` when there is none. */
  admit(key: string, now: number): void;
  /** Takes nothing; throws `rate_limited` when there is none to take. */
  check(key: string, now: number): void;
};

const CAPACITY = 10_000;

/**
 * Token buckets for one process: each environment of a deployment has its own, so that all together admit as many
 * times more. `what` is for the log. Where there are more keys than it remembers, the one longest unused starts anew.
 */
export function createMemoryLimiter(what: string, limit: Limit, capacity = CAPACITY): Limiter {
  const interval = 60 / limit.perMinute;
  const depth = limit.burst * interval;
  /** When each key's bucket is full again, the one longest unused first. */
  const full = new Map<string, number>();
  /** When its bucket is full, and the seconds until there is one to take. */
  const readBucket = (key: string, now: number): { readonly from: number; readonly wait: number } => {
    // A clock that was set back must not keep anybody out for longer than an empty bucket takes to fill.
    const from = Math.min(Math.max(full.get(key) ?? now, now), now + depth);
    return { from, wait: Math.max(0, from + interval - now - depth) };
  };
  const take = (key: string, now: number): number => {
    const { from, wait } = readBucket(key, now);
    full.delete(key);
    full.set(key, wait > 0 ? from : from + interval);
    const [oldest] = full.keys();
    if (full.size > capacity && oldest !== undefined) full.delete(oldest);
    return wait;
  };
  const refuse = (wait: number): void => {
    if (wait === 0) return;
    throw new BrokerError('rate_limited', { retryAfter: Math.ceil(wait), detail: what, undone: true });
  };
  return {
    take,
    admit: (key, now) => refuse(take(key, now)),
    check: (key, now) => refuse(readBucket(key, now).wait),
  };
}

/** Counts by the network of an address: those of one link are free to whoever is there. */
export type NetworkLimiter = { admit(address: string | undefined, now: number): void };

/** Creates a limit for callers of whom nothing is known but where they are. */
export function createNetworkLimiter(what: string, limit: Limit): NetworkLimiter {
  const { admit } = createMemoryLimiter(what, limit);
  return { admit: (address, now) => admit(nameNetwork(address), now) };
}
