import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { operated } from '../../lib/cli/operator.ts';
import { Failure } from '../../lib/cli/verb.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { atEnd } from '../harness/endings.ts';
import { emptyFolder, testTerminal } from '../harness/local.ts';
import { testServer } from '../harness/server.ts';
import { stsCaller, testSts } from '../harness/sts.ts';

/** An `aws` on PATH that prints this, ends so and takes these words alone. */
const awsProgram = (prints: string, exits = 0): string => {
  const folder = join(emptyFolder(), 'bin');
  mkdirSync(folder);
  const path = join(folder, 'aws');
  writeFileSync(
    path,
    `#!/bin/sh\n[ "$*" = 'configure export-credentials --format process' ] || exit 2\necho '${prints}'\nexit ${exits}\n`,
  );
  chmodSync(path, 0o755);
  return `${folder}:/usr/bin:/bin`;
};

/** What a verb asks of AWS, with this in its environment and these flags. */
async function readSigned(environment: object, flags: object = {}) {
  const server = await testServer(() => ({ status: 500, body: '' }));
  const setting = { KITE_STS_AWS_ENDPOINT: server.url, ...environment };
  await operated({ stack: 'kite-sts-prod', ...flags }, testTerminal(setting))
    .all()
    .catch(() => undefined);
  const { authorization = '', 'x-amz-security-token': token } = server.asked[0]?.headers ?? {};
  return {
    region: /\/\d{8}\/([\w-]+)\/dynamodb\//.exec(authorization)?.[1],
    token,
    signed: authorization.includes('x-amz-security-token'),
  };
}

const SESSION = {
  AWS_ACCESS_KEY_ID: 'ASIATEST',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
  AWS_REGION: 'eu-west-1',
};

test('T-16: AWS is asked with the session token, which is signed, in the region of the environment', async () => {
  expect(await readSigned(SESSION)).toEqual({ region: 'eu-west-1', token: 'session', signed: true });
});

test('T-16: in the region of --region, whatever the environment has', async () => {
  expect(await readSigned(SESSION, { region: 'ap-southeast-2' })).toMatchObject({ region: 'ap-southeast-2' });
});

test('T-16: with the session token that the AWS CLI exports', async () => {
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = DUMMY_KEYS;
  const said = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, SessionToken: 'exported' });
  const environment = { PATH: awsProgram(said), AWS_REGION: 'eu-west-1' };
  expect(await readSigned(environment)).toMatchObject({ token: 'exported', signed: true });
});

const who = async (PATH: string): Promise<string> => {
  const sts = await testSts();
  atEnd(sts.close);
  sts.reply(stsCaller('arn:aws:iam::123456789012:user/alice'));
  const environment = {
    PATH,
    AWS_DEFAULT_REGION: 'eu-central-1',
    KITE_STS_AWS_ENDPOINT: sts.setting.endpoint,
  };
  return operated({ stack: 'kite-sts-prod' }, testTerminal(environment)).who();
};

test('credentials are those that the AWS CLI exports, where the environment has none', async () => {
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = DUMMY_KEYS;
  const said = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, SessionToken: 'session' });
  expect(await who(awsProgram(said))).toBe('arn:aws:iam::123456789012:user/alice');
});

test('an AWS CLI that knows no such command is told to be too old, in our words', async () => {
  const failed = await who(awsProgram('', 252)).catch((error: Error) => error.message);
  expect(failed).toContain('version 2');
  expect(failed).not.toContain('252');
});

test('what the AWS CLI says that is no credential is not told on', async () => {
  const failed = await who(awsProgram('SECRET words')).catch((error: Error) => error);
  expect(failed).toBeInstanceOf(Failure);
  expect(String(failed)).not.toContain('SECRET');
});
