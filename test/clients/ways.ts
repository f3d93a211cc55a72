import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { useAction } from '../harness/action.ts';
import { blocks, read } from '../harness/markdown.ts';
import { AUDIENCE } from '../harness/policy.ts';
import { type Ran, runProgram } from './run-program.ts';
import type { Tool } from './tools.ts';
import { ROLE_ARN, type Situation, type Texts, type World } from './world.ts';

/** What a client is started with; or how the step ended before any client could be started. */
export type Prepared =
  | { readonly environment: Texts; readonly prefix?: readonly string[]; readonly end?: () => Promise<void> }
  | { readonly ended: Ran };
export type Asked = { readonly world: World; readonly tool: Tool; readonly situation: Situation };
export type Way = {
  readonly name: string;
  /** The same refusal looks alike by all ways of one sort. */
  readonly sort: 'sts' | 'container' | 'process' | 'exec' | 'hook' | 'action' | 'oauth' | 'git' | 'exchange';
  readonly serves: (tool: Tool) => boolean;
  readonly prepare: (asked: Asked) => Promise<Prepared>;
};

const ROOT = join(import.meta.dirname, '../..');
export const MAIN = join(ROOT, 'lib/cli/main.ts');
const PLUGIN = join(ROOT, 'plugins/kite-sts-buildkite-plugin');
/** Seconds for a broker that does not answer; the usual 20 would make the table long. */
const TIMEOUT = '4';

function file({ world }: Asked, content: string): string {
  const path = join(mkdtempSync(join(world.folder, 'file-')), 'file');
  writeFileSync(path, content);
  return path;
}

/** What an agent gives a job, whose command line is the stub of the plugin's own tests. */
function listJob({ world, situation }: Asked): Texts {
  const folder = mkdtempSync(join(world.folder, 'job-'));
  const [SEEN, TMPDIR] = [join(folder, 'seen'), join(folder, 'tmp')];
  for (const each of [SEEN, TMPDIR]) mkdirSync(each);
  return {
    PATH: `${join(PLUGIN, 'tests/bin')}${delimiter}${process.env['PATH']}`,
    HOME: folder,
    SEEN,
    TMPDIR,
    REAL_CURL,
    BUILDKITE: 'true',
    BUILDKITE_JOB_ID: 'job-1',
    BUILDKITE_AGENT_ENDPOINT: world.agent(situation),
    BUILDKITE_AGENT_ACCESS_TOKEN: 'agent-access-token',
    BUILDKITE_AGENT_JOB_API_SOCKET: world.jobApi,
    BUILDKITE_AGENT_JOB_API_TOKEN: 'job-api-token',
    ...world.surroundings,
  };
}
const REAL_CURL = (await runProgram(['sh', '-c', 'command -v curl'], {})).output;

function commandLine(verb: string, { world, tool, situation }: Asked): string[] {
  return [
    process.execPath,
    MAIN,
    verb,
    ...['--broker', world.broker(situation), '--role', tool.role],
    ...['--audience', AUDIENCE, '--timeout', TIMEOUT],
  ];
}

async function byTokenFile(asked: Asked, path: string): Promise<Prepared> {
  return {
    environment: {
      AWS_ROLE_ARN: ROLE_ARN,
      AWS_WEB_IDENTITY_TOKEN_FILE: file(asked, await asked.world.token(asked.situation)),
      AWS_ENDPOINT_URL_STS: asked.world.broker(asked.situation) + path,
    },
  };
}

async function byProfile(asked: Asked): Promise<Prepared> {
  const { world, situation } = asked;
  const profile = `[profile web]
role_arn = ${ROLE_ARN}
web_identity_token_file = ${file(asked, await world.token(situation))}
services = kite

[services kite]
sts =
  endpoint_url = ${world.broker(situation)}
`;
  return {
    environment: { AWS_CONFIG_FILE: file(asked, profile), AWS_PROFILE: 'web', AWS_ENDPOINT_URL_STS: '' },
  };
}

async function byContainer({ world, tool, situation }: Asked): Promise<Prepared> {
  return {
    environment: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${world.broker(situation)}/credentials/${tool.role}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: await world.token(situation),
    },
  };
}

async function byProcess(asked: Asked): Promise<Prepared> {
  const profile = `[profile web]\ncredential_process = ${commandLine('credential-process', asked).join(' ')}\n`;
  return { environment: { ...listJob(asked), AWS_CONFIG_FILE: file(asked, profile), AWS_PROFILE: 'web' } };
}

export async function byExec(asked: Asked): Promise<Prepared> {
  return { environment: listJob(asked), prefix: [...commandLine('exec', asked), '--'] };
}

/** Sources the hook, as the agent does, and gives what it exported, or how it ended. */
async function runHook(hook: string, environment: Texts): Promise<Ran & { readonly exported: Texts }> {
  const words = ['bash', '-c', '. "$0" >&2 || exit; env -0', join(PLUGIN, 'hooks', hook)];
  const ran = await runProgram(words, environment);
  const pairs = ran.printed.split('\0').filter(each => each.includes('='));
  const exported = pairs.map(each => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]);
  return { ...ran, exported: Object.fromEntries(exported) };
}

function listOptions({ world, tool, situation }: Asked, mode: string): Texts {
  return {
    BUILDKITE_PLUGIN_KITE_STS_BROKER: world.broker(situation),
    BUILDKITE_PLUGIN_KITE_STS_AUDIENCE: AUDIENCE,
    BUILDKITE_PLUGIN_KITE_STS_ROLE: tool.role,
    BUILDKITE_PLUGIN_KITE_STS_MODE: mode,
    BUILDKITE_PLUGIN_KITE_STS_TIMEOUT: TIMEOUT,
    ...(tool.role === 'packages'
      ? { BUILDKITE_PLUGIN_KITE_STS_REGISTRY: `${world.destinations.secure}/packages` }
      : {}),
  };
}

export function byPlugin(mode: string) {
  return async (asked: Asked): Promise<Prepared> => {
    const { exits, exported, output, printed } = await runHook('environment', {
      ...listJob(asked),
      ...listOptions(asked, mode),
    });
    if (exits !== 0) return { ended: { exits, output, printed } };
    return { environment: exported, end: async () => void (await runHook('pre-exit', exported)) };
  };
}

/** An hour after the hook: what keeps the token new could not, or the broker is gone. */
async function byPluginLater(asked: Asked): Promise<Prepared> {
  const { world, situation } = asked;
  const prepared = await byPlugin('container-credentials')({ ...asked, situation: 'allowed' });
  if ('ended' in prepared) return prepared;
  const { environment } = prepared;
  writeFileSync(environment['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] ?? '', await world.token(situation));
  const { pathname } = new URL(environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '');
  const AWS_CONTAINER_CREDENTIALS_FULL_URI = world.broker(situation) + pathname;
  return { ...prepared, environment: { ...environment, AWS_CONTAINER_CREDENTIALS_FULL_URI } };
}

function byAction(mode: string) {
  return async ({ world, tool, situation }: Asked): Promise<Prepared> => {
    const inputs = {
      broker: world.broker(situation),
      audience: AUDIENCE,
      role: tool.role,
      mode,
      timeout: TIMEOUT,
      ...(tool.role === 'packages' ? { registry: `${world.destinations.secure}/packages` } : {}),
    };
    const job = {
      ACTIONS_ID_TOKEN_REQUEST_URL: world.github(situation),
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    };
    const { exits, printed, variables } = await useAction(inputs, job);
    if (exits !== 0) return { ended: { exits, output: printed, printed } };
    return { environment: { ...job, ...variables } };
  };
}

async function byOauth(asked: Asked): Promise<Prepared> {
  const { world, tool, situation } = asked;
  const configuration = {
    type: 'external_account',
    audience: tool.role,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${world.broker(situation)}/token`,
    credential_source: { file: file(asked, await world.token(situation)) },
  };
  return { environment: { GOOGLE_APPLICATION_CREDENTIALS: file(asked, JSON.stringify(configuration)) } };
}

/** As the guide for Azure has it: what `exchange` prints is put into a file. */
async function byExchange(asked: Asked): Promise<Prepared> {
  const job = listJob(asked);
  const ran = await runProgram(commandLine('exchange', asked), job);
  if (ran.exits !== 0) return { ended: ran };
  const [, token = ''] = /^ACCESS_TOKEN=(.*)$/m.exec(ran.printed) ?? [];
  return { environment: { KITE_STS_TOKEN_FILE: file(asked, token) } };
}

/** The helper of the guide as it stands there, but for where the broker and GitHub are. */
async function byGitHelper(asked: Asked): Promise<Prepared> {
  const { world, tool, situation } = asked;
  const [found = ''] = blocks(read('docs/guides/buildkite-to-github.md')).flatMap(({ text }) =>
    text.includes('credential.https://github.com.helper') ? [text] : [],
  );
  const setting = found
    .replace(/^git push .*$/m, '')
    .replace('https://github.com', `https://${world.destinations.secure}`)
    .replace('https://sts.acme.example/git/push-web', `${world.broker(situation)}/git/${tool.role}`)
    .replace('--audience https://sts.acme.example', `--audience ${AUDIENCE}`);
  const environment = listJob(asked);
  await runProgram(['bash', '-c', `set -e\n${setting}`], environment);
  return { environment };
}

function isAws({ role }: Tool): boolean {
  return role === 'deploy';
}
function isAny(...names: string[]) {
  return (tool: Tool): boolean => names.includes(tool.name);
}
/** The JavaScript SDK's providers by name serve by the one way that they are for. */
function isNamed({ name }: Tool): boolean {
  return name.startsWith('JavaScript from');
}
function isUsual(tool: Tool): boolean {
  return isAws(tool) && !isNamed(tool);
}
function isUsualOrHttp(tool: Tool): boolean {
  return isUsual(tool) || tool.name === 'JavaScript fromHttp';
}
const isLibrary = isAny('google-auth-library', '@google-cloud/storage');
function isInFiles(tool: Tool): boolean {
  return !isNamed(tool) && tool.role !== 'push';
}

function isUsualOrGcloud(tool: Tool): boolean {
  return isUsual(tool) || tool.name === 'gcloud';
}
function isUsualOrTokenFile(tool: Tool): boolean {
  return isUsual(tool) || tool.name === 'JavaScript fromTokenFile';
}
function isExecuted(tool: Tool): boolean {
  return isUsualOrHttp(tool) || ['google', 'entra'].includes(tool.role);
}

const ROWS: readonly (readonly [Way['name'], Way['sort'], Way['serves'], Way['prepare']])[] = [
  ['STS door', 'sts', isUsualOrTokenFile, asked => byTokenFile(asked, '')],
  ['STS door, /aws/sts', 'sts', isUsual, asked => byTokenFile(asked, '/aws/sts')],
  ['STS door, profile', 'sts', isUsual, byProfile],
  ['container door', 'container', isUsualOrHttp, byContainer],
  ['credential_process', 'process', isUsual, byProcess],
  ['token door', 'oauth', isLibrary, byOauth],
  ['exchange', 'exchange', isAny('@azure/identity'), byExchange],
  ['exec', 'exec', isExecuted, byExec],
  ['plugin, env', 'hook', isUsualOrGcloud, byPlugin('env')],
  ['plugin, files', 'hook', isInFiles, byPlugin('files')],
  ['plugin, container-credentials', 'hook', isUsualOrHttp, byPlugin('container-credentials')],
  ['the same, an hour later', 'container', isUsualOrHttp, byPluginLater],
  ['GitHub action, env', 'action', isUsualOrGcloud, byAction('env')],
  ['GitHub action, files', 'action', isInFiles, byAction('files')],
  ['credential helper', 'git', isAny('git'), byGitHelper],
];
export const WAYS: readonly Way[] = ROWS.map(([name, sort, serves, prepare]) => ({
  name,
  sort,
  serves,
  prepare,
}));
