import { readTextAttribute, type Table } from '../aws/dynamo.ts';
import { proveKeys, readProof } from '../keys/proof.ts';
import type { Signer } from '../keys/signer.ts';
import type { SharedKeys } from '../token/copy.ts';

/** The table's key, and the attribute by which DynamoDB deletes: days late, so whoever reads compares the time. */
export const ISSUER_KEY_TABLE = { key: 'issuer', expiry: 'until' } as const;

/** Seconds: longer than any set may be used, so that only issuers that were removed are forgotten. */
const KEPT = 24 * 60 * 60;

/**
 * In a table. Who may write to it is not believed for that: each row has a proof by `prover` over issuer, URL, keys and
 * time, and what is not exactly so is `unproven` (T93).
 */
export function createTableIssuerKeys(table: Table, prover: Signer): SharedKeys {
  const { key, expiry } = ISSUER_KEY_TABLE;
  return {
    async find({ issuer, uri }) {
      // At the same time: a process that starts waits for the slower of the two, and not for both.
      const [row, vouching] = await Promise.all([table.get({ [key]: { S: issuer } }), prover.publicKeys()]);
      if (!row) return { is: 'absent' };
      const keys = readTextAttribute(row, 'keys');
      const at = readProof(readTextAttribute(row, 'proof'), vouching, { issuer, uri, keys });
      return at === undefined ? { is: 'unproven' } : { is: 'proven', set: { keys, at } };
    },
    async keep({ issuer, uri }, { keys, at }) {
      await table.put({
        [key]: { S: issuer },
        [expiry]: { N: String(Math.ceil(at) + KEPT) },
        keys: { S: keys },
        proof: { S: await proveKeys(prover, { issuer, uri, at }, keys) },
      });
    },
  };
}
