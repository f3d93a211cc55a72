import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run, runVerb, VERBS } from '../../lib/cli/run.ts';
import { createInit } from '../../lib/cli/verbs/init.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { deriveSwitchTableName, SWITCH_TABLE } from '../../lib/stores/switches.ts';
import { testAws } from '../harness/aws.ts';
import {
  agentCall,
  configFolder,
  emptyFolder,
  exchangeAt,
  folderOf,
  formCall,
  localBroker,
  testTerminal,
} from '../harness/local.ts';
import { codes, read, rowsUnder } from '../harness/markdown.ts';
import { expectShape, JSON_HEADING, JSON_PAGE, JSON_SHAPES } from '../harness/shape.ts';
import { stsCaller } from '../harness/sts.ts';

const STACK = 'kite-sts-json';

/** The repository's own configuration, with one role that is written otherwise than fmt has it, and teams. */
function createConfig(): string {
  const folder = emptyFolder();
  cpSync('config', folder, { recursive: true });
  const teams =
    'owners: ["@acme/platform"]\nteams:\n  web: { owners: ["@acme/web"], roles: [deploy-*], targets: { aws: ["123456789012"] } }\n';
  writeFileSync(
    join(folder, 'teams.yml'),
    `${teams}  packages: { owners: ["@acme/packages"], roles: [packages-*], targets: { jwt: ["*"] } }\n`,
  );
  return folder;
}
const CONFIG = createConfig();

const { config } = loadConfig(CONFIG);
if (!config) throw new Error('the configuration cannot be read');
const broker = await localBroker(config);
const token = String((await agentCall(broker.port, { audience: config.audience })).json()['token']);
await exchangeAt(broker.port, 'deploy-web');
await formCall(broker.port, 'deploy-web', token);
const folder = folderOf({
  token,
  claims: Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
  audit: broker.terminal.written.join(''),
  target: JSON.stringify({
    Role: {
      Arn: 'arn:aws:iam::123456789012:role/deploy-web',
      MaxSessionDuration: 3600,
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
    },
  }),
});
const files = {
  token: join(folder, 'token'),
  claims: join(folder, 'claims'),
  audit: join(folder, 'audit'),
  target: join(folder, 'target'),
};
const aws = await testAws();
await aws.dynamo.makeTable(SWITCH_TABLE.key, deriveSwitchTableName(STACK));
aws.sts.reply(stsCaller('arn:aws:iam::123456789012:user/alice'));
const environment = {
  AWS_ACCESS_KEY_ID: DUMMY_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: DUMMY_KEYS.secretAccessKey,
  AWS_REGION: 'us-east-1',
  KITE_STS_AWS_ENDPOINT: aws.setting.endpoint ?? '',
  KITE_STS_URL: broker.url,
};

const HERE = ['--config', CONFIG];
const BROKER_ROLE = ['--broker-role-arn', 'arn:aws:iam::111122223333:role/exchange'];
const SWITCH = ['issuer', 'https://agent.buildkite.com', '--stack', STACK, '--because', 'INC-1'];

/** How each verb is asked so that it has something to say. */
const CALLS: { readonly [verb: string]: () => readonly string[] } = {
  init: () => ['--organization', 'acme', '--folder', emptyFolder()],
  lint: () => ['--config', configFolder()],
  test: () => HERE,
  explain: () => ['--role', 'deploy-web', '--token-file', files.token, ...HERE],
  diff: () => [CONFIG, CONFIG],
  prove: () => HERE,
  'who-can': () => ['deploy-web', ...HERE],
  roles: () => HERE,
  'what-can': () => ['--claims', files.claims, ...HERE],
  replay: () => [files.audit, ...HERE],
  usage: () => [files.audit, ...HERE],
  codeowners: () => HERE,
  fmt: () => ['--check', ...HERE],
  pin: () => ['deploy-web', '--token-file', files.token, ...HERE],
  exchange: () => ['--role', 'deploy-web', '--token-file', files.token],
  whoami: () => ['--token-file', files.token],
  'check-targets': () => ['--from', files.target, ...BROKER_ROLE, ...HERE],
  drift: () => ['--account', files.target, ...BROKER_ROLE, ...HERE],
  doctor: () => ['--broker', environment['KITE_STS_URL'] ?? '', ...HERE],
  disable: () => SWITCH,
  enable: () => SWITCH,
  suspend: () => ['running', 'deploy-web', '--hours', '1', '--stack', STACK, '--because', 'INC-1'],
  resume: () => ['running', 'deploy-web', '--stack', STACK, '--because', 'INC-1'],
  disabled: () => ['--all', '--stack', STACK],
  revoke: () => ['role', 'deploy-web', ...HERE],
};

const INIT = createInit(async () => Buffer.from('packed'));

async function answer(verb: string, words: readonly string[]) {
  const terminal = testTerminal(environment);
  const exits =
    verb === 'init' ? await runVerb('init', INIT, words, terminal) : await run([verb, ...words], terminal);
  return { exits, out: terminal.written.join(''), error: terminal.errors.join('') };
}

const WITHOUT = rowsUnder(JSON_PAGE, JSON_HEADING, 'no JSON of').flatMap(([verbs]) => codes(verbs));

test('each verb says what its JSON is, or why it has none', () => {
  expect([...JSON_SHAPES.map(({ verb }) => verb), ...WITHOUT].sort()).toEqual(Object.keys(VERBS).sort());
});

/** They need a repository that is committed, and npm: test/pack/upgrade.ts has both. */
const ELSEWHERE = ['upgrade', 'rollback'];

describe.each(JSON_SHAPES)('with --json, $verb', ({ verb, shape }) => {
  test.skipIf(ELSEWHERE.includes(verb))(
    'prints one document of the shape that the reference has',
    async () => {
      const { out, error } = await answer(verb, [...(CALLS[verb]?.() ?? []), '--json']);
      expect(error).toBe('');
      expectShape(out, shape);
    },
  );

  test('tells as JSON that it could not run', async () => {
    const { exits, out, error } = await answer(verb, ['--frobnicate', '--json']);
    expect([exits, out]).toEqual([64, '']);
    expect(JSON.parse(error)).toEqual({
      outcome: 'not_run',
      verb,
      exit_code: 64,
      message: expect.stringContaining('--frobnicate'),
    });
    expect(read(JSON_PAGE)).toContain(`\`{ ${Object.keys(JSON.parse(error)).join(', ')} }\``);
  });
});

test('so does one that finds no configuration, with the exit code of that', async () => {
  const { exits, error } = await answer('roles', ['--config', '/nowhere', '--json']);
  expect([exits, JSON.parse(error)]).toMatchObject([1, { outcome: 'not_run', verb: 'roles', exit_code: 1 }]);
});

test('the words of a command are its own: --json after -- asks exec for nothing', async () => {
  const { exits, error } = await answer('exec', ['--frobnicate', '--', 'jq', '--json']);
  expect([exits, error.startsWith('{')]).toEqual([64, false]);
});
