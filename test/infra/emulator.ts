import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createJsonCall, DYNAMODB } from '../../lib/aws/json.ts';

/**
 * What the suite cannot ask for, since both tools are Python's: is the template one that CloudFormation takes
 * (cfn-lint), and does the deployment go through, twice and away again (moto's CloudFormation)?
 */
const ROOT = join(import.meta.dirname, '../..');
const TEMPLATE = join(ROOT, '.serverless/cloudformation-template-update-stack.json');
const TARGETS = join(ROOT, 'infra/targets/aws');
const REGION = 'eu-central-1';
const EMULATED = { accessKeyId: 'emulator', secretAccessKey: 'emulator' };
const URL_TO_DEPLOY = 'https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com';

function say(text: string): void {
  return void process.stdout.write(`${text}\n`);
}
function isInstalled(command: string): boolean {
  return spawnSync(command, ['--help']).status === 0;
}

const folder = mkdtempSync(join(tmpdir(), 'kite-sts-'));
// `deploy` and `remove` clear the folder in which it is made.
const TEMPLATE_KEPT = join(folder, 'template.json');
const undo: (() => void)[] = [() => rmSync(folder, { recursive: true })];
const failures: string[] = [];
function check(what: string, holds: boolean, output: string): void {
  say(`${holds ? 'ok    ' : 'FAILED'}  ${what}`);
  if (holds) return;
  failures.push(what);
  say(output);
}

function rewrite(file: string, pattern: RegExp, by: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(pattern, by));
}

/** The demo with an address that may be deployed, and targets in no account of examples. */
function config(): string {
  cpSync(join(ROOT, 'config'), folder, { recursive: true });
  rewrite(join(folder, 'broker.yml'), /^url: .*$/gm, `url: ${URL_TO_DEPLOY}`);
  for (const name of readdirSync(join(folder, 'roles')).filter(each => each.endsWith('.yml')))
    rewrite(join(folder, 'roles', name), /123456789012/g, '210987654321');
  return folder;
}

function serverless(words: readonly string[], environment: object = {}): { ok: boolean; output: string } {
  const bin = join(ROOT, 'node_modules/serverless/bin/serverless.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...words], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: folder, KITE_STS_CONFIG: folder, ...environment },
    encoding: 'utf8',
  });
  return { ok: status === 0, output: stdout + stderr };
}

function lintTemplates(): void {
  if (!isInstalled('cfn-lint')) {
    say('not run: cfn-lint is not installed');
    return;
  }
  const files = [
    TEMPLATE,
    ...(existsSync(TARGETS) ? readdirSync(TARGETS).map(name => join(TARGETS, name)) : []),
  ];
  for (const file of files.filter(path => /\.(json|ya?ml)$/.test(path))) {
    const { status, stdout, stderr } = spawnSync('cfn-lint', [file], { encoding: 'utf8' });
    check(`cfn-lint accepts ${file.slice(ROOT.length + 1)}`, status === 0, stdout + stderr);
  }
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

type Emulator = { readonly url: string; readonly unable: () => ReadonlySet<string> };

async function emulator(): Promise<Emulator> {
  const port = await freePort();
  const log = join(folder, 'emulator.log');
  // To a file, not a pipe: nobody reads a pipe while spawnSync waits, and a full one stops its writer.
  const out = openSync(log, 'w');
  const child = spawn('moto_server', ['-p', String(port)], { cwd: folder, stdio: ['ignore', out, out] });
  undo.unshift(() => child.kill());
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 150; tries++) {
    if (await fetch(url).catch(() => undefined)) break;
    await sleep(200);
  }
  const unable = () =>
    new Set(
      [...readFileSync(log, 'utf8').matchAll(/No Moto CloudFormation support for (\S+)/g)].map(
        ([, type]) => type ?? '',
      ),
    );
  return { url, unable };
}

function typesOf(file: string): string[] {
  const { Resources } = JSON.parse(readFileSync(file, 'utf8')) as {
    Resources: { [id: string]: { Type: string } };
  };
  return [...new Set(Object.values(Resources).map(({ Type }) => Type))].sort();
}

/** A table of somebody else, in the place of ours. */
async function checkPreflight(endpoint: string, aws: object): Promise<void> {
  const TableName = 'kite-sts-dev-switches';
  const ask = createJsonCall(DYNAMODB, { region: REGION, endpoint, credentials: EMULATED });
  await ask('CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  const { ok, output } = serverless(['deploy'], aws);
  const stopped = !ok && new RegExp(`WRONG +names +${TableName}: `).test(output);
  check('the preflight stops where a name is taken', stopped, output);
  await ask('DeleteTable', { TableName });
}

/** What the emulator knows of a deployment, as the doctor reads it. */
function checkDoctor(endpoint: string, aws: object): void {
  const words = ['doctor', '--stack', 'kite-sts-dev', '--region', REGION, '--json', '--config', folder];
  const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'lib/cli/main.ts'), ...words], {
    env: { PATH: process.env['PATH'], HOME: folder, KITE_STS_AWS_ENDPOINT: endpoint, ...aws },
    encoding: 'utf8',
  });
  const found = JSON.parse(stdout || '[]') as { check: string; condition: string }[];
  const well = new Set(found.filter(({ condition }) => condition === 'ok').map(({ check }) => check));
  const read = ['stack', 'function', 'table'].every(each => well.has(each));
  check('the doctor reads the stack, its functions and its tables', read, stdout + stderr);
}

async function deployAndRemove(): Promise<void> {
  if (!isInstalled('moto_server')) {
    say('not run: moto_server is not installed');
    return;
  }
  const { url, unable } = await emulator();
  const aws = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'emulator',
    AWS_SECRET_ACCESS_KEY: 'emulator',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  await checkPreflight(url, aws);
  const first = serverless(['deploy'], aws);
  check('deploy makes the stack', first.ok && /Service deployed/.test(first.output), first.output);
  const again = serverless(['deploy'], aws);
  check('deploy again finds no change', again.ok && /No changes to deploy/.test(again.output), again.output);
  checkDoctor(url, aws);
  const gone = serverless(['remove'], aws);
  check('remove removes the stack', gone.ok && /successfully removed/.test(gone.output), gone.output);
  const types = typesOf(TEMPLATE_KEPT);
  const left = types.filter(type => unable().has(type));
  say(`made by the emulator: ${types.filter(type => !unable().has(type)).join(', ')}`);
  say(`not made, the emulator cannot: ${left.join(', ') || 'nothing'}`);
}

try {
  config();
  const packaged = serverless(['package']);
  check('package, without network and credentials', packaged.ok, packaged.output);
  if (packaged.ok) {
    cpSync(TEMPLATE, TEMPLATE_KEPT);
    lintTemplates();
    await deployAndRemove();
  }
} finally {
  for (const each of undo) each();
}
process.exitCode = failures.length > 0 ? 1 : 0;
