import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
// @ts-expect-error: it has no types
import dynalite from 'dynalite';
import type { AwsSetting } from '../../lib/aws/call.ts';
import { createJsonCall, DYNAMODB } from '../../lib/aws/json.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';

export type TestDynamo = {
  readonly setting: AwsSetting;
  /** Makes a table whose key is this attribute, a text; gives its name, one that nobody else has unless it is given. */
  makeTable(key: string, name?: string): Promise<string>;
  close(): Promise<void>;
};

/** A DynamoDB on loopback. */
export async function testDynamo(): Promise<TestDynamo> {
  const server: Server = dynalite({ createTableMs: 0 });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const setting: AwsSetting = {
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: DUMMY_KEYS,
    random: () => 0,
  };
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
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
