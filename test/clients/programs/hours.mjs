// A job of 70 minutes: AWS is asked at its beginning and its end, by one client of the JavaScript SDK.
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const client = new STSClient({});
const ask = async () => {
  const { Arn } = await client.send(new GetCallerIdentityCommand({}));
  console.log(Math.floor(Date.now() / 1000), Arn);
};
await ask();
writeFileSync(process.env.FAKETIME_TIMESTAMP_FILE, '+4200s');
// Whatever keeps files new looks every 15 seconds.
await pause(20_000);
await ask();
