import { createHash } from 'node:crypto';
import type { Table, TableItem } from '../aws/dynamo.ts';
import { BrokerError } from '../errors.ts';
import { createStoreFailure } from './failure.ts';

/** The first use of a token by a role that takes each once. */
export type TokenUse = {
  /** Takes it back, where nothing can have been issued for it. Never throws: what cannot be taken back stays spent. */
  release(): Promise<void>;
};

/**
 * Remembers which tokens a `single_use` role has taken. `spend` gives the first use of a key, and undefined for
 * any other until `expiresAt` (seconds since the epoch). Throws `store_unavailable` when it cannot tell: then nothing
 * is issued (D11, D16).
 */
export type SpentStore = {
  spend(key: string, expiresAt: number, now: number): Promise<TokenUse | undefined>;
};

const CAPACITY = 100_000;

function createSpentError(detail: string): BrokerError {
  return new BrokerError('store_unavailable', { detail });
}

/** For one process: the laptop, and tests. When it is full of live keys it fails closed. */
export function createMemorySpent(capacity = CAPACITY): SpentStore {
  const spent = new Map<string, number>();
  const forgetExpired = (now: number): void => {
    for (const [key, expiresAt] of spent) if (expiresAt <= now) spent.delete(key);
  };
  return {
    async spend(key, expiresAt, now) {
      const until = spent.get(key);
      if (until !== undefined && until > now) return undefined;
      if (spent.size >= capacity) forgetExpired(now);
      if (spent.size >= capacity) throw createSpentError(`${capacity} live keys`);
      spent.set(key, expiresAt);
      return { release: async () => void spent.delete(key) };
    },
  };
}

/** The table's key, and the attribute by which DynamoDB deletes: days late, so the write itself compares the time. */
export const SPENT_TABLE = { key: 'use', expiry: 'expires_at' } as const;

/** Seconds for which a use is kept beyond its end: who has a slow clock must not find it forgotten (D14). */
const MARGIN = 24 * 60 * 60;

/** A write that was sent again, since its answer was lost, is no second use. */
const SAME = { says: '#id = :id', names: { '#id': 'id' } } as const;

/**
 * For all processes of a deployment: one conditional write for each use. Without a table no use can be the first.
 * `randomId` tells one use from another.
 */
export function createTableSpent(table: Table | undefined, randomId: () => string): SpentStore {
  return {
    async spend(written, expiresAt, now) {
      if (!table) throw createSpentError('KITE_STS_SPENT_TABLE is not set');
      const { key: name, expiry } = SPENT_TABLE;
      const key: TableItem = { [name]: { S: createHash('sha256').update(written).digest('base64url') } };
      const id = { S: randomId() };
      const item = { ...key, [expiry]: { N: String(Math.ceil(expiresAt) + MARGIN) }, id };
      const first = {
        says: `attribute_not_exists(#key) OR #expiry < :now OR ${SAME.says}`,
        names: { '#key': name, '#expiry': expiry, ...SAME.names },
        values: { ':now': { N: String(Math.floor(now)) }, ':id': id },
      };
      try {
        if (!(await table.putIf(item, first))) return undefined;
      } catch (error) {
        throw createStoreFailure('store_unavailable', error);
      }
      const same = { ...SAME, values: { ':id': id } };
      return {
        async release() {
          await table.removeIf(key, same).catch(() => false);
        },
      };
    },
  };
}
