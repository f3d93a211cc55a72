import { describe, expect, test } from 'vitest';
import { createDynamoTable } from '../../lib/aws/dynamo.ts';
import { createMemorySealedKeys, createTableSealedKeys, SEALED_KEY_TABLE } from '../../lib/stores/keys.ts';
import { sealedKeysContract } from '../contract/keys.ts';
import { testDynamo } from '../harness/dynamo.ts';

describe('in memory', () => sealedKeysContract(createMemorySealedKeys));

const dynamo = await testDynamo();
describe('in DynamoDB', () => {
  const newTable = async () =>
    createDynamoTable(await dynamo.makeTable(SEALED_KEY_TABLE.key), dynamo.setting);

  sealedKeysContract(async () => createTableSealedKeys(await newTable()));

  test('an item says when DynamoDB may delete it', async () => {
    const table = await newTable();
    const key = { day: '2026-11-24', certificate: 'c', sealed: Buffer.from('s'), until: 1_800_000_000 };
    await createTableSealedKeys(table).keep(key);
    expect(await table.scan([SEALED_KEY_TABLE.expiry])).toEqual([{ until: { N: '1800000000' } }]);
  });

  test('an item of another form is no certificate', async () => {
    const table = await newTable();
    await table.put({ day: { S: '2026-11-24' }, certificate: { N: '1' }, sealed: { S: 'text' } });
    expect(await createTableSealedKeys(table).listCertificates()).toEqual([]);
    expect(await createTableSealedKeys(table).findSealed('2026-11-24')).toBeUndefined();
  });
});
