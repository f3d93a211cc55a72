import type { Server } from 'node:http';
// @ts-expect-error: it has no types
import dynalite from 'dynalite';
import type { AwsSetting } from '../../lib/aws/call.ts';
import { createJsonCall, DYNAMODB } from '../../lib/aws/json.ts';
import { awsAt, listenToEnd } from './server.ts';

export type TestDynamo = {
  readonly setting: AwsSetting;
  /** Makes a table whose key is this attribute, a text; gives its name, one that nobody else has unless it is given. */
  makeTable(key: string, name?: string): Promise<string>;
};

/** A DynamoDB on loopback, closed after the test file. */
export async function testDynamo(): Promise<TestDynamo> {
  const server: Server = dynalite({ createTableMs: 0 });
  const setting = awsAt(await listenToEnd(server));
  let tables = 0;
  return {
    setting,
    async makeTable(key, TableName = `table-${tables++}`) {
      const ask = createJsonCall(DYNAMODB, setting);
      await ask('CreateTable', {
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
        KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      });
      const status = async () =>
        ((await ask('DescribeTable', { TableName }))['Table'] as { TableStatus?: string }).TableStatus;
      while ((await status()) !== 'ACTIVE');
      return TableName;
    },
  };
}
