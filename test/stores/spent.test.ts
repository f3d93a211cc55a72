import { describe, expect, test } from 'vitest';
import { createDynamoTable, type Table } from '../../lib/aws/dynamo.ts';
import { createMemorySpent, createTableSpent, SPENT_TABLE, type SpentStore } from '../../lib/stores/spent.ts';
import { spentContract } from '../contract/spent.ts';
import { codeOf } from '../harness/code.ts';
import { testDynamo } from '../harness/dynamo.ts';
import { NOW } from '../harness/policy.ts';

let ids = 0;
function randomId(): string {
  return `use-${ids++}`;
}

describe('in memory', () => {
  spentContract(() => {
    const store = createMemorySpent();
    return [store, store];
  });

  test('D11: when it is full of live keys it fails closed, and keys that expired make room', async () => {
    const { spend } = createMemorySpent(2);
    await spend('a', NOW + 10, NOW);
    await spend('b', NOW + 20, NOW);
    expect(await codeOf(() => spend('c', NOW + 20, NOW))).toBe('store_unavailable');
    expect(await spend('c', NOW + 20, NOW + 10)).toBeDefined();
    expect(await spend('b', NOW + 20, NOW + 10)).toBeUndefined();
  });
});

const dynamo = await testDynamo();
const name = await dynamo.makeTable(SPENT_TABLE.key);
const table = createDynamoTable(name, dynamo.setting);
describe('in DynamoDB', () => {
  const opened = (): SpentStore => createTableSpent(createDynamoTable(name, dynamo.setting), randomId);

  spentContract(() => [opened(), opened()]);

  test('T63: what is kept is a digest, for a day longer than the token is taken', async () => {
    const empty = createDynamoTable(await dynamo.makeTable(SPENT_TABLE.key), dynamo.setting);
    await createTableSpent(empty, () => 'id').spend('deploy-web:0123', NOW + 0.5, NOW);
    expect(await empty.scan([SPENT_TABLE.key, SPENT_TABLE.expiry, 'id'])).toEqual([
      {
        use: { S: 'wFM_ymYkj9J6fVrc6_7DCbwaVcf7lHCkgCtqDiqfFQI' },
        expires_at: { N: String(NOW + 1 + 86_400) },
        id: { S: 'id' },
      },
    ]);
  });

  test.each([
    { name: 'is used up to its end', after: 86_410, first: false },
    { name: 'is free after it, though DynamoDB still has it', after: 86_411, first: true },
  ])('D14: what was kept $name', async ({ name: key, after, first }) => {
    await opened().spend(key, NOW + 10, NOW);
    expect((await opened().spend(key, NOW + after + 10, NOW + after)) !== undefined).toBe(first);
  });

  test('a write that is sent again, since its answer was lost, is not taken for another use', async () => {
    const twice: Table = {
      ...table,
      putIf: async (...put) => (await table.putIf(...put)) && table.putIf(...put),
    };
    expect(await createTableSpent(twice, randomId).spend('twice', NOW + 10, NOW)).toBeDefined();
  });

  test('a use is taken back once, and never that of another', async () => {
    const first = await opened().spend('held', NOW + 10, NOW);
    await first?.release();
    await opened().spend('held', NOW + 10, NOW);
    await first?.release();
    expect(await opened().spend('held', NOW + 10, NOW)).toBeUndefined();
  });

  test.each([
    {
      name: 'is away',
      table: () => createDynamoTable('x', { ...dynamo.setting, endpoint: 'http://127.0.0.1:9' }),
      is: 'store_unavailable',
    },
    {
      name: 'is not there, which a person must mend,',
      table: () => createDynamoTable('no-such-table', dynamo.setting),
      is: 'broker_misconfigured',
    },
    { name: 'was never named', table: () => undefined, is: 'store_unavailable' },
  ])('D11, D16: a table that $name cannot tell', async ({ table: open, is }) => {
    expect(await codeOf(() => createTableSpent(open(), randomId).spend('a', NOW + 10, NOW))).toBe(is);
  });

  test('what cannot be taken back stays used, and nothing is thrown', async () => {
    const lost: Table = { ...table, removeIf: () => Promise.reject(new Error('lost')) };
    const spent = await createTableSpent(lost, randomId).spend('stays', NOW + 10, NOW);
    expect(await spent?.release()).toBeUndefined();
    expect(await opened().spend('stays', NOW + 10, NOW)).toBeUndefined();
  });
});
