import { type SpawnOptions, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { readSettings } from '../../lib/config/settings.ts';
import { startLocal } from '../../lib/local/start.ts';
import { configFrom, ROLES } from '../harness/local.ts';
import { AUDIENCE } from '../harness/policy.ts';

/**
 * Each mode of the Buildkite plugin, run by its hooks as an agent runs them, and then the tools that are on this machine,
 * unmodified: what each finds, and whether it can use it. One line for each; exits with 1 when one is not as expected.
 * `node test/clients/plugin.ts`; it needs bash and curl, and names what is not installed.
 */
type Texts = { readonly [name: string]: string };
type Ran = { readonly exits: number | null; readonly output: string };

const ROOT = join(import.meta.dirname, '../..');
const PLUGIN = join(ROOT, 'plugins/kite-sts-buildkite-plugin');
const POOL =
  '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts';
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const folder = mkdtempSync(join(tmpdir(), 'kite-sts-'));
const [HOME, SEEN, TMPDIR] = ['home', 'seen', 'tmp'].map(name => join(folder, name)) as [
  string,
  string,
  string,
];
for (const each of [HOME, SEEN, TMPDIR]) mkdirSync(each);

const { settings } = readSettings({ PORT: '0', KITE_STS_LOG_LEVEL: 'error' });
const roles = { ...ROLES, google: ROLES.publish.replace(/jwt:.*/, `gcp: { audience: ${POOL} }`) };
const broker = await startLocal(configFrom(roles), settings, { out: () => {}, error: say });

/** AWS, of which one call is asked, and a registry: each tells who it was that came. */
const server = createServer((message, response) => {
  const { authorization = '' } = message.headers;
  if (message.url?.startsWith('/v2/')) {
    const [code, status] = /^Basic YnVpbGRraXRl/.test(authorization)
      ? ['MANIFEST_UNKNOWN', 404]
      : ['UNAUTHORIZED', 401];
    return response
      .writeHead(Number(status), {
        'www-authenticate': 'Basic realm="r"',
        'content-type': 'application/json',
      })
      .end(JSON.stringify({ errors: [{ code, message: String(code) }] }));
  }
  const [, key = ''] = /Credential=(ASIA\w+)\//.exec(authorization) ?? [];
  const arn = `arn:aws:sts::123456789012:assumed-role/${key}`;
  const result = `<GetCallerIdentityResult><Arn>${arn}</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>`;
  return response
    .writeHead(key ? 200 : 403, { 'content-type': 'text/xml' })
    .end(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</GetCallerIdentityResponse>`,
    );
});
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
const port = (server.address() as AddressInfo).port;

const run = (words: readonly string[], options: SpawnOptions): Promise<Ran> =>
  new Promise(resolve => {
    const [command = '', ...rest] = words;
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000, ...options });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => (output += chunk));
    child.once('error', ({ message }) => resolve({ exits: null, output: message }));
    child.once('close', exits => resolve({ exits, output: output.trim() }));
  });

const which = async (command: string): Promise<string> =>
  (await run(['sh', '-c', `command -v ${command}`], {})).output;
const REAL_CURL = await which('curl');

const JOB: Texts = {
  PATH: `${join(PLUGIN, 'tests/bin')}${delimiter}${process.env['PATH']}`,
  HOME,
  SEEN,
  TMPDIR,
  REAL_CURL,
  BUILDKITE: 'true',
  BUILDKITE_JOB_ID: 'job-1',
  BUILDKITE_AGENT_ENDPOINT: `${broker.url}/local/agent/v3`,
  BUILDKITE_AGENT_ACCESS_TOKEN: 'agent-access-token',
  BUILDKITE_PLUGIN_KITE_STS_BROKER: broker.url,
  BUILDKITE_PLUGIN_KITE_STS_AUDIENCE: AUDIENCE,
  BUILDKITE_PLUGIN_KITE_STS_ALLOW_UNREDACTED: 'true',
};

/** Sources the hook, as the agent does, and gives what it exported. */
async function runHook(hook: string, options: Texts): Promise<Texts> {
  const script = '. "$0" >&2 || exit; env -0';
  const { exits, output } = await run(['bash', '-c', script, join(PLUGIN, 'hooks', hook)], {
    env: { ...JOB, ...options },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (exits !== 0) throw new Error(`the hook ${hook} exits with ${exits}`);
  return Object.fromEntries(
    output
      .split('\0')
      .filter(each => each.includes('='))
      .map(each => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
  );
}

const AWS: Texts = {
  AWS_REGION: 'eu-central-1',
  AWS_DEFAULT_REGION: 'eu-central-1',
  AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}`,
};
const terraform = join(folder, 'terraform');
mkdirSync(terraform);
writeFileSync(
  join(terraform, 'main.tf'),
  `terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  skip_requesting_account_id = true
  skip_metadata_api_check = true
}
data "aws_caller_identity" "now" {}
output "arn" { value = data.aws_caller_identity.now.arn }
`,
);
/** Where this machine has Terraform's providers, which nothing is fetched for. */
const PROVIDERS = process.env['KITE_STS_TF_PLUGINS'] ?? '/opt/tf-plugins';

type Tool = { readonly name: string; readonly words: readonly string[]; readonly sees: RegExp };
const ASIA = /ASIA/;
const AWS_TOOLS: readonly Tool[] = [
  { name: 'AWS CLI', words: ['aws', 'sts', 'get-caller-identity'], sees: ASIA },
  { name: 'boto3', words: ['python3', join(import.meta.dirname, 'calls.py'), '2'], sees: ASIA },
  {
    name: 'SDK for JavaScript',
    words: [process.execPath, join(import.meta.dirname, 'calls.ts'), '2'],
    sees: ASIA,
  },
  {
    name: 'Terraform',
    words: ['sh', '-c', `cd ${terraform} && terraform plan -no-color -input=false`],
    sees: ASIA,
  },
];
const GOOGLE_TOOLS: readonly Tool[] = [
  { name: 'gcloud', words: ['gcloud', 'auth', 'print-access-token'], sees: /^ya29\.local-/m },
];
const LIBRARIES: readonly Tool[] = [
  {
    name: 'google-auth-library',
    words: [process.execPath, join(import.meta.dirname, 'google.ts')],
    sees: /^ya29\.local-/m,
  },
];
const REGISTRY = `127.0.0.1:${port}/npm`;
const PACKAGES: readonly Tool[] = [
  {
    name: 'npm',
    words: ['npm', 'config', 'get', 'registry'],
    sees: new RegExp(`^https://${REGISTRY}/$`, 'm'),
  },
  {
    name: 'pip',
    words: ['pip', 'config', 'list'],
    sees: new RegExp(`^global.index-url='https://buildkite:ey.*@${REGISTRY}/simple/'$`, 'm'),
  },
  {
    name: 'docker',
    words: ['docker', 'manifest', 'inspect', '--insecure', `127.0.0.1:${port}/web:1`],
    // Whoever is let in is told that there is no such image.
    sees: /no such manifest|MANIFEST_UNKNOWN/,
  },
  {
    name: 'twine',
    words: ['twine', 'upload', '--non-interactive', '--disable-progress-bar', join(folder, 'nothing.whl')],
    sees: /Cannot find file|InvalidDistribution/,
  },
];

type Row = {
  readonly role: string;
  readonly mode: string;
  readonly more: Texts;
  readonly tools: readonly Tool[];
};
const ROWS: readonly Row[] = [
  { role: 'deploy', mode: 'env', more: {}, tools: AWS_TOOLS },
  { role: 'deploy', mode: 'files', more: {}, tools: AWS_TOOLS },
  { role: 'deploy', mode: 'container-credentials', more: {}, tools: AWS_TOOLS },
  { role: 'google', mode: 'env', more: {}, tools: GOOGLE_TOOLS },
  { role: 'google', mode: 'files', more: {}, tools: [...GOOGLE_TOOLS, ...LIBRARIES] },
  {
    role: 'publish',
    mode: 'files',
    more: { BUILDKITE_PLUGIN_KITE_STS_REGISTRY: REGISTRY },
    tools: PACKAGES,
  },
];

let wrong = 0;

async function tryTool({ role, mode }: Row, { name, words, sees }: Tool, step: Texts): Promise<void> {
  const label = `${name.padEnd(20)} ${role.padEnd(8)} ${mode.padEnd(22)}`;
  if ((await which(words[0] === 'sh' ? name.toLowerCase() : (words[0] ?? ''))) === '')
    return say(`${label} NOT RUN, it is not installed`);
  const { exits, output } = await run(words, { env: { ...step, GOOGLE_CLOUD_PROJECT: 'acme-prod', ...AWS } });
  const good = sees.test(output);
  if (!good) wrong++;
  say(`${label} ${good ? 'ok' : `NOT AS EXPECTED (${exits}): ${output.slice(-600)}`}`);
}

say(`${'tool'.padEnd(20)} ${'role'.padEnd(8)} mode`);
await run(['terraform', `-chdir=${terraform}`, 'init', `-plugin-dir=${PROVIDERS}`], {});
for (const row of ROWS) {
  const options = {
    ...row.more,
    BUILDKITE_PLUGIN_KITE_STS_ROLE: row.role,
    BUILDKITE_PLUGIN_KITE_STS_MODE: row.mode,
  };
  const step = await runHook('environment', options);
  for (const tool of row.tools) await tryTool(row, tool, step);
  await runHook('pre-exit', step);
}
say(wrong === 0 ? '\nall as expected' : `\n${wrong} not as expected`);
await broker.close();
server.close();
rmSync(folder, { recursive: true });
process.exitCode = wrong === 0 ? 0 : 1;
