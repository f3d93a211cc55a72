import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsSetting } from '../../lib/aws/call.ts';
import { testDynamo } from './dynamo.ts';
import { testKms } from './kms.ts';

const portOf = ({ endpoint = '' }: AwsSetting): string => new URL(endpoint).port;

/** KMS and DynamoDB at one address, as `KITE_STS_AWS_ENDPOINT` has them: what is signed reaches them unchanged. */
export const testAws = async () => {
  const [kms, dynamo] = [await testKms(), await testDynamo()];
  const server = createServer((message, response) => {
    const { method, headers, url: path } = message;
    const port = portOf(String(headers['x-amz-target']).startsWith('Dynamo') ? dynamo.setting : kms.setting);
    const onward = request({ host: '127.0.0.1', port, method, path, headers }, answer => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    message.pipe(onward);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    setting: { ...kms.setting, endpoint: `http://127.0.0.1:${port}` },
    kms,
    dynamo,
    async close() {
      server.close();
      server.closeAllConnections();
      await Promise.all([kms.close(), dynamo.close()]);
    },
  };
};
