import { findTextAttribute, type Table } from '../aws/dynamo.ts';
import type { SealedKey, SealedKeys } from '../keys/sealing.ts';

/** For one process: tests. */
export function createMemorySealedKeys(): SealedKeys & { remove(day: string): void } {
  const keys = new Map<string, SealedKey>();
  return {
    listCertificates: async () => [...keys.values()].map(({ certificate }) => certificate),
    findSealed: async day => keys.get(day)?.sealed,
    async keep(key) {
      if (keys.has(key.day)) return false;
      keys.set(key.day, key);
      return true;
    },
    remove: day => void keys.delete(day),
  };
}

/** The table's key, what of an item is not sealed, and the attribute by which DynamoDB deletes it, days late. */
export const SEALED_KEY_TABLE = { key: 'day', certificate: 'certificate', expiry: 'until' } as const;

/** For all processes of a deployment. */
export function createTableSealedKeys(table: Table): SealedKeys {
  const { key, certificate, expiry } = SEALED_KEY_TABLE;
  return {
    async listCertificates() {
      // Without what is sealed: who only publishes has no right to ask for more.
      const items = await table.scan([key, certificate]);
      return items.flatMap(item => findTextAttribute(item, certificate) ?? []);
    },
    async findSealed(day) {
      const { sealed } = (await table.get({ [key]: { S: day } })) ?? {};
      return sealed && 'B' in sealed ? Buffer.from(sealed.B, 'base64') : undefined;
    },
    keep: each =>
      table.putNew(
        {
          [key]: { S: each.day },
          [certificate]: { S: each.certificate },
          [expiry]: { N: String(each.until) },
          sealed: { B: each.sealed.toString('base64') },
        },
        key,
      ),
  };
}
