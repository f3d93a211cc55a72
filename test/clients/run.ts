import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLOCK_SKEW } from '../../lib/token/verify.ts';
import { testSts } from '../harness/sts.ts';
import { clientsBroker } from './broker.ts';
import { CLIENTS, type Client, LATER, type Row, SOON, type Way } from './rows.ts';

/**
 * What the suite cannot drive, since it is not Node's: the AWS CLI and boto3, unmodified, and beside them the
 * JavaScript SDK, against the broker that `npm start` starts. One line for each row of rows.ts: how many exchanges
 * the broker was asked for and how they ended; what the client said of a refusal once. Exits with 1 when a row
 * is not so.
 */
const CALLS = '6';
const COMMANDS: { readonly [client in Client]: readonly string[] } = {
  'AWS CLI v1': ['aws', 'sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'],
  boto3: ['python3', join(import.meta.dirname, 'calls.py'), CALLS],
  'SDK for JavaScript v3': [process.execPath, join(import.meta.dirname, 'calls.ts'), CALLS],
};
const VERSIONS: { readonly [client in Client]: readonly string[] } = {
  'AWS CLI v1': ['aws', '--version'],
  boto3: ['python3', '-c', 'import boto3; print("boto3", boto3.__version__)'],
  'SDK for JavaScript v3': [
    process.execPath,
    '-p',
    "'@aws-sdk/client-sts ' + require('@aws-sdk/client-sts/package.json').version",
  ],
};
/** What the SDKs' own retries and Python's start take; far beyond it a client hangs. */
const PATIENCE = 60_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const folder = mkdtempSync(join(tmpdir(), 'kite-sts-'));
let made = 0;
const file = (content: string): string => {
  const path = join(folder, `file-${made++}`);
  writeFileSync(path, content);
  return path;
};

const broker = await clientsBroker();
/** AWS's own STS: by the container door, where no call is moved, whose answer shows that the keys were taken. */
const aws = await testSts();
aws.reply(() => ({
  status: 200,
  body: '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>a stand-in of AWS</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>',
}));

const byFile = (endpoint: string, token: string): NodeJS.ProcessEnv => ({
  AWS_ROLE_ARN: broker.roleArn,
  AWS_WEB_IDENTITY_TOKEN_FILE: file(token),
  AWS_ENDPOINT_URL_STS: endpoint,
});

const profile = (token: string): string => `[profile web]
role_arn = ${broker.roleArn}
web_identity_token_file = ${file(token)}
services = kite

[services kite]
sts =
  endpoint_url = ${broker.url}
`;

const MAIN = join(import.meta.dirname, '../../lib/cli/main.ts');
const byProcess = (token: string): string =>
  `[profile web]\ncredential_process = ${process.execPath} ${MAIN} credential-process --broker ${broker.url} --role ${broker.role} --token-file ${file(token)}\n`;

const ENVIRONMENTS: { readonly [way in Way]: (token: string) => NodeJS.ProcessEnv } = {
  environment: token => byFile(broker.url, token),
  prefix: token => byFile(`${broker.url}/aws/sts`, token),
  profile: token => ({ AWS_CONFIG_FILE: file(profile(token)), AWS_PROFILE: 'web' }),
  process: token => ({
    AWS_CONFIG_FILE: file(byProcess(token)),
    AWS_PROFILE: 'web',
    AWS_ENDPOINT_URL_STS: String(aws.setting.endpoint),
  }),
  container: token => ({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${broker.url}/credentials/${broker.role}`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
    AWS_ENDPOINT_URL_STS: String(aws.setting.endpoint),
  }),
};

type Ran = { readonly ok: boolean; readonly output: string };

/** In a clean shell, with nothing of this machine's own AWS settings. */
const run = ([command = '', ...words]: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ran> =>
  new Promise(resolve => {
    const env = {
      PATH: process.env['PATH'],
      AWS_REGION: 'eu-central-1',
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...environment,
    };
    const child = spawn(command, words, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk));
    child.once('error', ({ message }) => resolve({ ok: false, output: message }));
    child.once('close', status => resolve({ ok: status === 0, output: output.trim() }));
  });

const installed = (client: Client): boolean => {
  const [command = '', ...words] = VERSIONS[client];
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  say(`${client}: ${status === 0 ? (stdout + stderr).trim() : 'NOT RUN, it is not installed'}`);
  return status === 0;
};

const good = await broker.token('main');
const short = await broker.token('main', 1);
const expired = Date.now() + (1 + CLOCK_SKEW + 1) * 1000;
const TOKENS: { readonly [name: string]: string } = {
  good,
  short,
  denied: await broker.token('topic'),
  'badly signed': `${good.slice(0, -8)}AAAAAAAA`,
};

const homeOf = ({ job, way }: Row): string => {
  const home = join(folder, job ? `job-${way}` : `home-${made++}`);
  mkdirSync(home, { recursive: true });
  return home;
};

const said = new Map<string, string>();
let wrong = 0;

const tryRow = async (row: Row): Promise<void> => {
  const environment = ENVIRONMENTS[row.way](TOKENS[row.token] ?? '');
  const { ok, output } = await run(COMMANDS[row.client], { ...environment, HOME: homeOf(row) });
  const codes = broker.requests();
  const served = row.code === 'issued' || row.code === 'none';
  const asExpected = ok === served && codes.length === row.requests && codes.every(code => code === row.code);
  if (!asExpected) wrong++;
  say(
    `${row.client.padEnd(22)} ${row.way.padEnd(12)} ${row.token.padEnd(13)} ${String(codes.length).padStart(8)}  ${[...new Set(codes)].join(' ').padEnd(24)}${asExpected ? '' : ` EXPECTED ${row.requests} ${row.code}`}`,
  );
  if (!ok) said.set(`${row.client}, ${row.way}, ${codes[0]}`, output.split('\n').at(-1) ?? '');
};

const present = CLIENTS.filter(installed);
say(`\n${'client'.padEnd(22)} ${'way'.padEnd(12)} ${'token'.padEnd(13)} requests  ended`);
const tryAll = async (rows: readonly Row[]): Promise<void> => {
  for (const row of rows) if (present.includes(row.client)) await tryRow(row);
};
await tryAll(SOON);
await sleep(Math.max(0, expired - Date.now()));
say('the short token has expired');
await tryAll(LATER);
for (const [which, words] of said) say(`\n${which}:\n  ${words}`);
say(
  `\n${present.length < CLIENTS.length ? 'not every client was there; ' : ''}${wrong === 0 ? 'all as expected' : `${wrong} rows are not as expected`}`,
);

await broker.close();
await aws.close();
rmSync(folder, { recursive: true });
process.exitCode = wrong === 0 ? 0 : 1;
