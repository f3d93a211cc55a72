import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { writeArtifact } from '../../infra/artifact.ts';
import type { IamStatement, Resources } from '../../infra/cloudformation.ts';
import type { TemplateInput } from '../../infra/input.ts';
import { createTemplate } from '../../infra/template.ts';
import { loadConfig } from '../../lib/config/load.ts';
import type { FunctionName } from '../../lib/config/wiring.ts';
import { type Account, testAccount } from './account.ts';
import { optionsFrom, STACK } from './deploy.ts';
import { atEnd } from './endings.ts';
import { emptyFolder, folderOf } from './local.ts';
import { fillStack, REGION, roleArn, type Stack } from './stack.ts';
import { unzip } from './unzip.ts';

/** What a handler gave, or what it threw. */
export type Invoked = { readonly result?: unknown; readonly error?: string };

/** A function's process, as the Lambda service runs it. */
export type Running = {
  /** Sends an event and waits for what the handler gives. */
  invoke(event?: object): Promise<Invoked>;
  /** What it wrote so far, line by line. */
  readonly out: string[];
  readonly err: string[];
};

/** A whole deployment: the account, and functions from their packages with the template's own environment. */
export type Deployed = {
  readonly account: Account;
  /** The physical name of a resource or another filled value. */
  readonly stack: Stack;
  readonly resources: Resources;
  environmentOf(name: FunctionName): { readonly [name: string]: string };
  /** A new process. These go over its environment; undefined leaves one out. */
  start(name: FunctionName, changes?: { readonly [name: string]: string | undefined }): Promise<Running>;
};

/**
 * Loads the handler and calls it for each message. Where a server is given, https to anybody goes there in plain text,
 * after the address of whoever is meant was looked at as ever: this process has no network beside.
 */
const CHILD = `
  const [file, issuer] = process.argv.slice(1);
  if (issuer) {
    const [http, https, dns, net, tls] = ['http', 'https', 'dns', 'net', 'tls'].map(name => process.getBuiltinModule('node:' + name));
    const { hostname, port } = new URL(issuer);
    dns.lookup = (name, options, done) => done(null, [{ address: '93.184.215.14', family: 4 }]);
    // Keys are downloaded by Node's client; all else is sent over a connection of our own.
    https.request = (url, { lookup, agent, ...rest }, answer) => {
      const headers = { ...rest.headers, host: url.hostname };
      const sent = http.request({ ...rest, hostname, port, path: url.pathname, headers }, answer);
      lookup?.(url.hostname, { all: true }, error => { if (error) sent.destroy(error); });
      return sent;
    };
    tls.connect = ({ host, lookup }) => {
      const socket = net.connect({ host: hostname, port });
      socket.once('connect', () => socket.emit('secureConnect'));
      lookup?.(host, { all: true }, error => { if (error) socket.destroy(error); });
      return socket;
    };
  }
  const context = { getRemainingTimeInMillis: () => 8000 };
  try {
    const { handler } = await import(file);
    process.on('message', async event => {
      try { process.send({ result: await handler(event, context) }); }
      catch (error) { process.send({ error: error.name + ': ' + error.message }); }
    });
    process.send('ready');
  } catch (error) { process.send({ error: error.message }); process.disconnect(); }
`;

function collect(stream: ChildProcess['stdout'], lines: string[]): void {
  let rest = '';
  stream?.on('data', chunk => {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
}

function spawnFunction(
  file: string,
  issuer: string,
  env: { readonly [name: string]: string },
): Running & {
  readonly ready: Promise<Invoked | 'ready'>;
} {
  const words = ['--input-type=module', '-e', CHILD, file, issuer];
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  atEnd(() => child.kill('SIGKILL'));
  const [out, err]: string[][] = [[], []];
  collect(child.stdout, out as string[]);
  collect(child.stderr, err as string[]);
  const next = (): Promise<Invoked | 'ready'> =>
    new Promise((resolve, reject) => {
      child.once('message', said => resolve(said as Invoked));
      child.once('exit', code => reject(new Error(`the function ended with ${code}: ${err?.join('\n')}`)));
    });
  return {
    out: out as string[],
    err: err as string[],
    ready: next(),
    async invoke(event = {}) {
      const said = next();
      child.send(event);
      return (await said) as Invoked;
    },
  };
}

/** Unpacks what is deployed, as the Lambda service does. */
async function unpack(name: FunctionName, input: TemplateInput): Promise<string> {
  const folder = emptyFolder();
  const archive = join(folder, `${name}.zip`);
  await writeArtifact(name, input, archive);
  for (const [path, content] of unzip(readFileSync(archive))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return join(folder, 'index.mjs');
}

type Policies = { readonly [id: string]: readonly IamStatement[] };

/** The statements of all policies that a role of the template has. */
function findRights(stack: Stack, { resources: { Resources } }: ReturnType<typeof createTemplate>): Policies {
  const all: { [id: string]: IamStatement[] } = {};
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type !== 'AWS::IAM::Policy' && Type !== 'AWS::IAM::ManagedPolicy') continue;
    const { Roles, PolicyDocument } = Properties as {
      readonly Roles: readonly { readonly Ref: string }[];
      readonly PolicyDocument: object;
    };
    const { Statement } = stack.fill(PolicyDocument) as { readonly Statement: readonly IamStatement[] };
    for (const { Ref } of Roles) all[Ref] = [...(all[Ref] ?? []), ...Statement];
  }
  return all;
}

/** Deploys a folder of configuration into an account of its own. `issuer` is a server that stands for all issuers. */
export async function deploy(
  files: { readonly [path: string]: string },
  { options = {}, issuer = '' }: { readonly options?: object; readonly issuer?: string } = {},
): Promise<Deployed> {
  const { config, complaints } = loadConfig(folderOf(files));
  if (!config) throw new Error(JSON.stringify(complaints));
  const input = { config, options: optionsFrom(options), stack: STACK };
  const made = createTemplate(input);
  const [stack, account] = [fillStack(made), await testAccount()];
  for (const { name, key } of stack.tables) await account.dynamo.makeTable(key, name);
  for (const [id, { Type, Properties }] of Object.entries(made.resources.Resources)) {
    if (Type !== 'AWS::KMS::Key') continue;
    const { Statement } = stack.fill(Properties['KeyPolicy']) as { readonly Statement: never };
    account.keyPolicies.set(String(stack.fill({ 'Fn::GetAtt': [id, 'Arn'] })), Statement);
  }
  for (const { name, template: target } of config.roles)
    if (target.kind === 'aws' && target.via === 'assume_role')
      account.targets.set(target.role_arn, {
        trusts: roleArn('ExchangeRole'),
        externalId: `kite-sts:${name}`,
        maxSeconds: 3600,
      });
  const rights = findRights(stack, made);
  const folders = new Map<FunctionName, Promise<string>>();
  const environmentOf: Deployed['environmentOf'] = name =>
    stack.fill(made.functions[name]?.environment) as { readonly [name: string]: string };
  return {
    account,
    stack,
    resources: made.resources.Resources,
    environmentOf,
    async start(name, changes = {}) {
      const file = folders.get(name) ?? unpack(name, input);
      folders.set(name, file);
      const role = String(stack.fill(made.functions[name]?.role)).split('/')[1] ?? '';
      const { keys, sessionToken } = account.join(role, (rights[role] ?? []) as never);
      const whole = {
        ...environmentOf(name),
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
        KITE_STS_AWS_ENDPOINT: account.setting.endpoint ?? '',
        ...changes,
      };
      const env = Object.fromEntries(
        Object.entries(whole).filter((pair): pair is [string, string] => pair[1] !== undefined),
      );
      const { ready, ...running } = spawnFunction(await file, issuer, env);
      const said = await ready;
      if (said !== 'ready') throw new Error(said.error);
      return running;
    },
  };
}
