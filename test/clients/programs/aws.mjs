// Calls GetCallerIdentity twice with what the JavaScript SDK finds by itself, or with the provider that is named.
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromHttp, fromTokenFile } from '@aws-sdk/credential-providers';

const credentials = { fromHttp, fromTokenFile }[process.argv[2]]?.();
try {
  const client = new STSClient(credentials ? { credentials } : {});
  for (const _ of [1, 2]) console.log((await client.send(new GetCallerIdentityCommand({}))).Arn);
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
