import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { operated } from '../../lib/cli/operator.ts';
import { Failure } from '../../lib/cli/verb.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { atEnd } from '../harness/endings.ts';
import { emptyFolder, testTerminal } from '../harness/local.ts';
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
