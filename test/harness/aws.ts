import { createServer, request } from 'node:http';
import type { AwsSetting } from '../../lib/aws/call.ts';
import { testDynamo } from './dynamo.ts';
import { testKms } from './kms.ts';
import { awsAt, listenToEnd } from './server.ts';
import { testSts } from './sts.ts';

function portOf({ endpoint = '' }: AwsSetting): string {
  return new URL(endpoint).port;
}

/** KMS, DynamoDB and STS at one address, as `KITE_STS_AWS_ENDPOINT` has them: what is signed reaches them unchanged. */
export async function testAws(readTime?: Parameters<typeof testSts>[0]) {
  const [kms, dynamo, sts] = [await testKms(), await testDynamo(), await testSts(readTime)];
  const settingOf = (target: string | string[] | undefined): AwsSetting => {
    if (target === undefined) return sts.setting;
    return String(target).startsWith('Dynamo') ? dynamo.setting : kms.setting;
  };
  const server = createServer((message, response) => {
    const { method, headers, url: path } = message;
    const port = portOf(settingOf(headers['x-amz-target']));
    const onward = request({ host: '127.0.0.1', port, method, path, headers }, answer => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    // Whoever asked may be gone, and so may the service.
    onward.on('error', () => void response.destroy());
    message.pipe(onward);
  });
  return { setting: awsAt(await listenToEnd(server)), kms, dynamo, sts };
}
