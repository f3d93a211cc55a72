/** A fake AWS in a process of its own: STS says yes to whoever asks, and DynamoDB has no row. Sends its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';

const EXPIRATION = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');

function answerSts(form: URLSearchParams): string {
  const arn = form.get('RoleArn') ?? '';
  const session = form.get('RoleSessionName') ?? '';
  const assumed = `arn:aws:sts::${arn.split(':')[4]}:assumed-role/${arn.split('/').at(-1)}/${session}`;
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROAEXAMPLEEXAMPLEE:${session}</AssumedRoleId><Arn>${assumed}</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAEXAMPLEEXAMPLEE</AccessKeyId><SecretAccessKey>${'s'.repeat(40)}</SecretAccessKey><SessionToken>${'t'.repeat(360)}</SessionToken><Expiration>${EXPIRATION}</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata></AssumeRoleResponse>`;
}

const server = createServer((message, response) => {
  const chunks: Buffer[] = [];
  message.on('data', chunk => chunks.push(chunk));
  message.on('end', () => {
    if (message.headers['x-amz-target']) {
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end('{"Items":[],"Count":0,"ScannedCount":0}');
      return;
    }
    response.setHeader('content-type', 'text/xml');
    response.end(answerSts(new URLSearchParams(Buffer.concat(chunks).toString())));
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
