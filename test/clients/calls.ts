import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

/** Calls GetCallerIdentity as often as the first argument says, with whatever the JavaScript SDK finds by itself. */
const call = async (): Promise<void> => {
  const client = new STSClient({});
  for (let calls = Number(process.argv[2]); calls > 0; calls--)
    console.log((await client.send(new GetCallerIdentityCommand({}))).Arn);
};

try {
  await call();
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
