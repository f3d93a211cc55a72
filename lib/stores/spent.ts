import { BrokerError } from '../errors.ts';

/**
 * Remembers which tokens a `single_use` role has taken. `spend` is true for the first use of a key and
 * false for any other until `expiresAt` (seconds since the epoch). Throws `store_unavailable` when it
 * cannot tell: then nothing is issued (D11, D16).
 */
export type SpentStore = { spend(key: string, expiresAt: number, now: number): Promise<boolean> };

const CAPACITY = 100_000;

/** For one process: the laptop, and tests. When it is full of live keys it fails closed. */
export const memorySpent = (capacity = CAPACITY): SpentStore => {
  const spent = new Map<string, number>();
  const forget = (now: number): void => {
    for (const [key, expiresAt] of spent) if (expiresAt <= now) spent.delete(key);
  };
  return {
    async spend(key, expiresAt, now) {
      const until = spent.get(key);
      if (until !== undefined && until > now) return false;
      if (spent.size >= capacity) forget(now);
      if (spent.size >= capacity)
        throw new BrokerError('store_unavailable', { detail: `${capacity} live keys` });
      spent.set(key, expiresAt);
      return true;
    },
  };
};
