import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { MAIN, runLine } from '../../harness/command-line.ts';
import { emptyFolder, localBroker } from '../../harness/local.ts';
import { testServer } from '../../harness/server.ts';
import { buildkiteStep, FOR_BROKER } from '../../harness/step.ts';

const broker = await localBroker();

type Ran = {
  readonly exits: number | null;
  readonly out: string;
  readonly error: string;
  /** What is left in the folder for temporary files. */
  readonly left: readonly string[];
  readonly minted: () => string[];
};
type Options = {
  readonly role?: string;
  readonly words?: readonly string[];
  readonly environment?: { readonly [name: string]: string };
  /** Called when the command prints something. */
  readonly printed?: (exec: {
    kill(signal: NodeJS.Signals): unknown;
    readonly pid?: number | undefined;
  }) => void;
};

/** `kite-sts exec` as a process of its own, in a step of Buildkite. */
function ran(command: readonly string[], options: Options = {}): Promise<Ran> {
  const { role = 'deploy', words = [], environment = {}, printed = () => {} } = options;
  const step = buildkiteStep(broker);
  const TMPDIR = emptyFolder();
  const line = [MAIN, 'exec', '--role', role, ...FOR_BROKER, ...words, '--', ...command];
  const child = spawn(process.execPath, line, { env: { ...step.environment, TMPDIR, ...environment } });
  let out = '';
  let error = '';
  child.stdout.on('data', chunk => {
    out += chunk;
    printed(child);
  });
  child.stderr.on('data', chunk => (error += chunk));
  return new Promise(resolve => {
    child.once('close', exits =>
      resolve({ exits, out, error, left: readdirSync(TMPDIR), minted: step.minted }),
    );
  });
}

/** Leads to a server that would issue, if it were followed. */
async function redirecting() {
  const body = { kind: 'jwt', access_token: 'stolen', expires_in: 300 };
  const thief = await testServer(() => ({ status: 200, body }));
  return testServer(() => ({ status: 302, headers: { location: `${thief.url}/token` } }));
}

const SDK = createRequire(import.meta.url).resolve('@aws-sdk/credential-provider-node');
function node(code: string): string[] {
  return [process.execPath, '-e', code];
}

test('the SDK of the command has its keys, whatever else the step has', async () => {
  const { exits, out, error } = await ran(
    node(`require(${JSON.stringify(SDK)}).defaultProvider()().then(keys => console.log(keys.accessKeyId))`),
    { environment: { AWS_ACCESS_KEY_ID: 'AKIAOTHER', AWS_SECRET_ACCESS_KEY: 'other', AWS_PROFILE: 'other' } },
  );
  expect([exits, error]).toEqual([0, '']);
  expect(out).toMatch(/^ASIA\w+\n$/);
});

test('the command of another kind of role has the token as a variable and as a file', async () => {
  const { exits, out } = await ran(
    ['sh', '-c', '[ "$ACCESS_TOKEN" = "$(cat "$KITE_STS_TOKEN_FILE")" ]; echo $?'],
    { role: 'publish' },
  );
  expect([exits, out]).toEqual([0, '0\n']);
});

test('T54: nothing is left in a file, and no secret is on standard error or in the list of processes', async () => {
  const { out, error, left, minted } = await ran(
    ['sh', '-c', 'ps -ww -A -o args; cat "$KITE_STS_TOKEN_FILE"'],
    // Its own, since other tests run at the same time.
    { role: 'publish', environment: { BUILDKITE_AGENT_ACCESS_TOKEN: 'access-token-of-this-test' } },
  );
  const lines = out.split('\n');
  const token = lines.pop() ?? '';
  expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(lines.filter(line => line.includes('exec --role publish')).length).toBeGreaterThan(0);
  for (const secret of [token, 'access-token-of-this-test', ...minted()])
    expect(lines.filter(line => line.includes(secret)).concat(error)).toEqual(['']);
  expect(left).toEqual([]);
});

test('it exits as the command does', async () => {
  expect(await ran(['sh', '-c', 'exit 7'])).toMatchObject({ exits: 7, left: [] });
});

test('it says that there is no such command, as a shell would', async () => {
  const { exits, error } = await ran(['no-such-command']);
  expect([exits, error]).toEqual([127, 'kite-sts exec: there is no command no-such-command.\n']);
});

test('words reach the command as they are', async () => {
  const { out } = await ran(['printf', '%s|', '--json', '$(id)', '--', 'a b']);
  expect(out).toBe('--json|$(id)|--|a b|');
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s is handed on, and the command has the last word',
  async signal => {
    const script = `process.on('${signal}', () => process.exit(console.log('caught') ?? 9)); console.log('ready'); setInterval(() => {}, 1000)`;
    let sent = false;
    const { exits, out, left } = await ran(node(script), {
      printed: exec => {
        if (!sent) exec.kill(signal);
        sent = true;
      },
    });
    expect([exits, out, left]).toEqual([9, 'ready\ncaught\n', []]);
  },
);

test('a signal ends it while the broker is asked, before there is a command', async () => {
  let ask = (): void => {};
  const asked = new Promise<void>(resolve => (ask = resolve));
  const silent = await testServer(() => {
    ask();
    return new Promise(() => {});
  });
  const words = [MAIN, 'exec', '--role', 'deploy', '--broker', silent.url, '--', 'echo', 'started'];
  const child = spawn(process.execPath, words, { env: { KITE_STS_ID_TOKEN: 'aa.bb.cc' } });
  const ended = new Promise(resolve => child.once('close', (_exits, signal) => resolve(signal)));
  await asked;
  child.kill('SIGTERM');
  expect(await ended).toBe('SIGTERM');
});

describe('with 125 the command was not started,', () => {
  test.each<[name: string, options: () => Promise<Options>, said: string]>([
    ['for a refusal', async () => ({ role: 'release' }), 'trust_not_met'],
    [
      'for a refusal, told as JSON',
      async () => ({ role: 'release', words: ['--json'] }),
      '"code":"trust_not_met"',
    ],
    [
      'for a broker that redirects',
      async () => ({ words: ['--broker', (await redirecting()).url] }),
      'redirected',
    ],
    [
      'for a token that is not there',
      async () => ({ environment: { BUILDKITE_AGENT_ACCESS_TOKEN: '' } }),
      'buildkite-agent',
    ],
    [
      'for a CI that is not known',
      async () => ({ environment: { BUILDKITE_JOB_ID: '' } }),
      '--token-command',
    ],
  ])('%s', async (_name, options, said) => {
    const witness = join(emptyFolder(), 'started');
    const { role = 'deploy', words = [], environment = {} } = await options();
    const line = ['exec', '--role', role, ...FOR_BROKER, ...words, '--', 'touch', witness];
    const answer = await runLine(line, { ...buildkiteStep(broker).environment, ...environment });
    expect([answer.exits, answer.out, existsSync(witness)]).toEqual([125, '', false]);
    expect(answer.error).toContain(said);
  });
});

test('a renewal that fails is told, and the command goes on', async () => {
  const brief = await testServer((_asked, times) =>
    times === 1
      ? {
          status: 200,
          body: {
            kind: 'aws',
            aws: {
              AccessKeyId: 'ASIAFIRST',
              SecretAccessKey: 's',
              SessionToken: 't',
              Expiration: new Date().toISOString(),
            },
          },
        }
      : { status: 400, body: { code: 'role_disabled', decision_id: 'd-1' } },
  );
  const asks = `fetch(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI, { headers: { authorization: process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN } }).then(async answer => console.log(answer.status, await answer.text()))`;
  const { exits, out, error } = await ran(node(asks), { words: ['--broker', brief.url] });
  expect([exits, out]).toEqual([0, '503 {"code":"CredentialsUnavailable","message":"role_disabled: "}\n']);
  expect(error).toContain('role_disabled');
  expect(brief.asked).toHaveLength(2);
});
