import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { run } from '../../lib/cli/run.ts';
import type { Terminal } from '../../lib/cli/verb.ts';
import { MAIN, runLine, runMain } from '../harness/command-line.ts';
import { agentCall, emptyFolder, localBroker, testTerminal } from '../harness/local.ts';
import { AUDIENCE } from '../harness/policy.ts';
import { buildkiteStep, FOR_BROKER } from '../harness/step.ts';

const broker = await localBroker();
const token = String((await agentCall(broker.port, { audience: AUDIENCE })).json()['token']);

/** The secrets in what `exchange` printed. */
function secretsIn(text: string): string[] {
  return [...text.matchAll(/^(?:AWS_(?:ACCESS|SECRET|SESSION)\w+|ACCESS_TOKEN)=(.*)$/gm)].map(
    ([, value = '']) => value,
  );
}

const WORDS = {
  exchange: ['exchange', '--role', 'deploy'],
  'exchange --json': ['exchange', '--role', 'publish', '--json'],
  'credential-process': ['credential-process', '--role', 'deploy'],
} as const;

describe.each(Object.entries(WORDS))('%s', (_name, words) => {
  /** A job of this CI, whose token is in a variable. */
  const inJob = (ci: object, ...more: string[]) =>
    runLine([...words, '--broker', broker.url, ...more], { KITE_STS_ID_TOKEN: token, ...ci });

  test('in Buildkite the agent has hidden it before a byte is printed', async () => {
    const { environment, hidden } = buildkiteStep(broker);
    const before: (readonly [hidden: string[], printed: string])[] = [];
    const terminal: Terminal = {
      ...testTerminal(environment),
      out: text => void before.push([hidden(), text]),
    };
    expect(await run([...words, ...FOR_BROKER], terminal)).toBe(0);
    const [values, printed] = before[0] ?? [[], ''];
    expect(values.length).toBe(words.includes('publish' as never) ? 1 : 3);
    for (const value of values) expect(printed).toContain(value);
  });

  test('in GitHub the runner is told before a byte is printed', async () => {
    const written: string[] = [];
    const terminal: Terminal = {
      ...testTerminal({ KITE_STS_ID_TOKEN: token, GITHUB_ACTIONS: 'true' }),
      out: text => void written.push(text),
      error: text => void written.push(text),
    };
    expect(await run([...words, '--broker', broker.url], terminal)).toBe(0);
    const [masks = '', printed = ''] = written;
    expect(masks).toMatch(/^(::add-mask::\S+\n)+$/);
    for (const [, value = ''] of masks.matchAll(/::add-mask::(\S+)/g)) expect(printed).toContain(value);
    expect(written).toHaveLength(2);
  });

  test.each([
    ['GitLab', { GITLAB_CI: 'true' }],
    ['CircleCI', { CIRCLECI: 'true' }],
    ['Buildkite without its Job API', { BUILDKITE_JOB_ID: 'job-1', PATH: '/nowhere' }],
  ])('in %s nothing is printed unless that is asked for', async (_ci, ci) => {
    const refused = await inJob(ci);
    expect([refused.exits, refused.out]).toEqual([1, '']);
    expect(refused.error).toContain('--allow-unredacted');
    expect(await inJob(ci, '--allow-unredacted')).toMatchObject({ exits: 0, error: '' });
  });

  test('outside of a job it is printed, and nothing else is said', async () => {
    expect(await inJob({})).toMatchObject({ exits: 0, error: '' });
  });
});

test('what goes into a file goes into no log', async () => {
  const path = join(emptyFolder(), 'credential.env');
  const env = { PATH: process.env['PATH'], KITE_STS_ID_TOKEN: token, GITLAB_CI: 'true' };
  const words = [...WORDS.exchange, '--broker', broker.url];
  const child = spawn(process.execPath, [MAIN, ...words], {
    env,
    stdio: ['ignore', openSync(path, 'w'), 'inherit'],
  });
  expect(await new Promise(resolve => child.once('close', resolve))).toBe(0);
  expect(secretsIn(readFileSync(path, 'utf8'))).toHaveLength(3);
  expect(await runMain(words, env)).toMatchObject({ exits: 1, out: '' });
});

describe('exec', () => {
  const started = (environment: object, ...command: string[]) =>
    runMain(['exec', '--role', 'publish', ...FOR_BROKER, '--', ...command], environment);

  test('has hidden the credential before its command has it', async () => {
    const command = ['sh', '-c', 'grep -c -F -e "$ACCESS_TOKEN" "$SEEN/redacted"'];
    expect(await started(buildkiteStep(broker).environment, ...command)).toEqual({
      exits: 0,
      out: '1\n',
      error: '',
    });
  });

  test('says once that nothing can be hidden, and goes on', async () => {
    const { environment } = buildkiteStep(broker);
    const { exits, out, error } = await started(
      { ...environment, BUILDKITE_AGENT_JOB_API_SOCKET: '' },
      'echo',
      'started',
    );
    expect([exits, out, error.trimEnd().split('\n').length]).toEqual([0, 'started\n', 1]);
  });
});
