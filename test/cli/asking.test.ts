import process from 'node:process';
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { runLine, wordsOf } from '../harness/command-line.ts';
import { agentCall, fileOf, localBroker } from '../harness/local.ts';
import { AUDIENCE } from '../harness/policy.ts';
import { testServer } from '../harness/server.ts';
import { buildkiteStep } from '../harness/step.ts';

const broker = await localBroker();
const token = String((await agentCall(broker.port, { audience: AUDIENCE })).json()['token']);

const PATH = { PATH: process.env['PATH'] };

describe('a subject token is taken', () => {
  test.each<[name: string, source: () => readonly [words: string[], environment: object]]>([
    ['from a file', () => [['--token-file', fileOf(`${token}\n`)], {}]],
    [
      'from a command, which a shell reads',
      () => [['--token-command', `echo aside >&2; echo ${token}`], PATH],
    ],
    ['from a variable', () => [[], { KITE_STS_ID_TOKEN: token }]],
    ['from another variable', () => [['--token-env', 'MY_TOKEN'], { MY_TOKEN: token }]],
    ['from the agent', () => [['--audience', AUDIENCE], buildkiteStep(broker).environment]],
  ])('%s', async (_name, source) => {
    const [words, environment] = source();
    const line = ['exchange', '--role', 'publish', '--broker', broker.url, ...words];
    expect(await runLine(line, { ...environment })).toMatchObject({ exits: 0, error: '' });
  });
});

test('the broker is found by the environment, and --broker goes before it', async () => {
  const environment = { KITE_STS_ID_TOKEN: token, KITE_STS_URL: `${broker.url}/` };
  const line = ['exchange', '--role', 'publish'];
  expect(await runLine(line, environment)).toMatchObject({ exits: 0 });
  const other = { ...environment, KITE_STS_URL: 'http://sts.acme.example' };
  expect(await runLine([...line, '--broker', broker.url], other)).toMatchObject({ exits: 0 });
});

test('a token is minted for the URL of the broker that it is sent to, and nothing else', async () => {
  const wrong = await testServer(() => ({ status: 404 }));
  await runLine(
    ['exchange', '--role', 'deploy', '--broker', `${wrong.url}/`],
    buildkiteStep(broker).environment,
  );
  const sent = new URLSearchParams(wrong.asked[0]?.body).get('subject_token') ?? '';
  expect(decodeJwt(sent).aud).toBe(wrong.url);
});

test('all that a job may choose reaches the agent', async () => {
  const choices = '--claim queue_key,cluster_id --claim build_id --lifetime 60 --subject-claim job_id';
  const line = wordsOf(`whoami --audience ${AUDIENCE} --json ${choices}`);
  const { out } = await runLine(line, buildkiteStep(broker).environment);
  const { claims } = JSON.parse(out);
  expect(claims).toMatchObject({
    queue_key: null,
    cluster_id: null,
    build_id: expect.any(String),
    sub: 'job-1',
  });
  expect(claims.exp - claims.iat).toBe(60);
});

describe('wrong usage exits with 64, and names', () => {
  const BROKER = '--broker https://sts.acme.example';
  const WEB = `--role web ${BROKER}`;
  test.each([
    ['no broker', 'exchange --role web', 'KITE_STS_URL'],
    ['a broker without TLS', 'exchange --role web --broker http://sts.acme.example', '--broker'],
    ['no role', `exchange ${BROKER}`, '--role'],
    ['two sources', `exchange ${WEB} --token-file a --token-command b`, '--token-command'],
    ['seconds that are none', `exchange ${WEB} --expires-in 1h`, '--expires-in'],
    ['a choice for a token that is there', `whoami ${BROKER} --token-file a --audience b`, '--audience'],
    ['a lifetime that is none', `whoami ${BROKER} --lifetime soon`, '--lifetime'],
    ['no command', `exec ${WEB}`, '--'],
    ['a token that can be read once', `exec ${WEB} --token-file - -- true`, '--token-file'],
  ])('%s', async (_name, line, named) => {
    const answer = await runLine(wordsOf(line), {});
    expect(answer).toMatchObject({ exits: 64, out: '' });
    expect(answer.error.split('\n')[0]).toContain(named);
  });
});

describe('without a subject token it exits with 1, and says why:', () => {
  test.each<[name: string, words: string[], environment: object, said: string]>([
    ['there is none', [], {}, 'ACTIONS_ID_TOKEN_REQUEST_URL'],
    ['the file is not there', ['--token-file', '/nowhere/token'], {}, '/nowhere/token'],
    ['the file holds none', ['--token-file', fileOf('secret')], {}, 'gave no token'],
    ['the command fails', ['--token-command', 'echo no >&2; exit 3'], PATH, '(3): no'],
    ['the command says nothing', ['--token-command', 'false'], PATH, '--token-command failed (1).\n'],
    ['the job has no permission', [], { GITHUB_ACTIONS: 'true' }, 'id-token: write'],
    ['the CI lets nothing be chosen', ['--claim', 'a'], { CIRCLECI: 'true' }, 'CircleCI'],
  ])('%s', async (_name, words, environment, said) => {
    const answer = await runLine(['exchange', '--role', 'web', '--broker', broker.url, ...words], {
      ...environment,
    });
    expect(answer).toMatchObject({ exits: 1, out: '' });
    expect(answer.error).toContain(said);
    expect(answer.error).not.toContain('secret');
  });
});
