import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { folderOf, localBroker } from '../../harness/local.ts';
import { ROOT } from '../../harness/markdown.ts';
import { buildkiteStep, FOR_BROKER } from '../../harness/step.ts';

const broker = await localBroker();
const step = buildkiteStep(broker);

function asked(role: string, ...words: string[]) {
  return runLine(['credential-process', '--role', role, ...FOR_BROKER, ...words], step.environment);
}

test('standard output has the JSON of credential_process and nothing else', async () => {
  const { exits, out, error } = await asked('deploy');
  expect([exits, error]).toEqual([0, '']);
  expect(JSON.parse(out)).toEqual({
    Version: 1,
    AccessKeyId: expect.stringMatching(/^ASIA/),
    SecretAccessKey: expect.any(String),
    SessionToken: expect.any(String),
    Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    AccountId: '123456789012',
  });
});

test.each([
  ['a refusal', 'release', '', 2, 'trust_not_met'],
  ['a refusal as JSON', 'release', '--json', 2, '"code":"trust_not_met"'],
  ['a role of another kind', 'publish', '', 1, 'jwt'],
])(
  'of %s, standard output is empty and the reason is on standard error',
  async (_name, role, words, exits, said) => {
    const answer = await asked(role, ...wordsOf(words));
    expect(answer).toMatchObject({ exits, out: '' });
    expect(answer.error).toContain(said);
  },
);

const SDK = createRequire(import.meta.url).resolve('@aws-sdk/credential-provider-node');

test('the JavaScript SDK takes the keys by a profile', async () => {
  const line = `${process.execPath} ${join(ROOT, 'lib/cli/main.ts')} credential-process --role deploy ${FOR_BROKER.join(' ')}`;
  const folder = folderOf({
    config: `[profile ci]\ncredential_process = ${line}\n`,
    credentials: '',
    'job.cjs': `require(${JSON.stringify(SDK)}).defaultProvider()().then(keys => console.log(keys.accessKeyId, keys.expiration.toISOString()))`,
  });
  const env = {
    ...step.environment,
    AWS_PROFILE: 'ci',
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
  };
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'job.cjs')], { env });
  expect(stdout).toMatch(/^ASIA\w+ \d{4}-/);
});
