import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoTable, type Table } from '../../lib/aws/dynamo.ts';
import { ISSUER_KEY_TABLE, tableIssuerKeys } from '../../lib/stores/issuers.ts';
import { type TestDynamo, testDynamo } from '../harness/dynamo.ts';
import { BUILDKITE, GITHUB, NOW } from '../harness/policy.ts';

describe('issuers’ keys in DynamoDB', () => {
  let dynamo: TestDynamo;
  let table: Table;
  beforeAll(async () => {
    dynamo = await testDynamo();
    table = dynamoTable(await dynamo.makeTable(ISSUER_KEY_TABLE.key), dynamo.setting);
  });
  afterAll(() => dynamo.close());

  test('are found as they were kept last, each issuer’s own', async () => {
    const { find, keep } = tableIssuerKeys(table);
    expect(await find(BUILDKITE)).toBeUndefined();
    await keep(BUILDKITE, { keys: 'first', at: NOW });
    await keep(BUILDKITE, { keys: 'second', at: NOW + 240.5 });
    expect(await find(BUILDKITE)).toEqual({ keys: 'second', at: NOW + 240.5 });
    expect(await find(GITHUB)).toBeUndefined();
  });

  test('say when DynamoDB may delete them', async () => {
    await tableIssuerKeys(table).keep(BUILDKITE, { keys: 'x', at: NOW });
    expect(await table.scan([ISSUER_KEY_TABLE.expiry])).toEqual([{ until: { N: String(NOW + 86_400) } }]);
  });

  test('of another form are none', async () => {
    await table.put({ issuer: { S: BUILDKITE }, keys: { N: '1' }, at: { N: '1' } });
    expect(await tableIssuerKeys(table).find(BUILDKITE)).toBeUndefined();
  });

  test('that cannot be asked for are no answer', async () => {
    const away = tableIssuerKeys(dynamoTable('missing', dynamo.setting));
    await expect(away.find(BUILDKITE)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });
});
