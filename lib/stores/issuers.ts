import type { Table } from '../aws/dynamo.ts';

/** The key set of an issuer as it was vetted, and when it was asked for, in seconds since the epoch. */
export type SharedSet = { readonly keys: string; readonly at: number };

/** What all processes of a deployment know of the keys of issuers. Each throws when it cannot tell. */
export type SharedKeys = {
  find(issuer: string): Promise<SharedSet | undefined>;
  keep(issuer: string, set: SharedSet): Promise<void>;
};

/** The table's key, and the attribute by which DynamoDB deletes: days late, so whoever reads compares the time. */
export const ISSUER_KEY_TABLE = { key: 'issuer', expiry: 'until' } as const;

/** Seconds: longer than any set may be used, so that only issuers that were removed are forgotten. */
const KEPT = 24 * 60 * 60;

/** In a table. Who has the right to write to it says whom every process trusts. */
export const tableIssuerKeys = (table: Table): SharedKeys => {
  const { key, expiry } = ISSUER_KEY_TABLE;
  return {
    async find(issuer) {
      const { keys, at } = (await table.get({ [key]: { S: issuer } })) ?? {};
      return keys && 'S' in keys && at && 'N' in at ? { keys: keys.S, at: Number(at.N) } : undefined;
    },
    async keep(issuer, { keys, at }) {
      await table.put({
        [key]: { S: issuer },
        [expiry]: { N: String(Math.ceil(at) + KEPT) },
        keys: { S: keys },
        at: { N: String(at) },
      });
    },
  };
};
