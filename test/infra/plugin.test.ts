import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { HONOURED, REFUSED, UNTOUCHED } from '../../infra/provider.ts';
import { run } from '../../lib/cli/run.ts';
import type { FunctionName } from '../../lib/config/wiring.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { SEALED_KEY_TABLE } from '../../lib/stores/keys.ts';
import { hashTarball } from '../../lib/vendor/pin.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { testAws } from '../harness/aws.ts';
import { httpEvent } from '../harness/gateway.ts';
import { KEY, SEALING_KEY } from '../harness/kms.ts';
import { emptyFolder, folderOf, testTerminal } from '../harness/local.ts';
import { clone, type Installed, installed, NODE } from '../harness/pack.ts';
import { testServer } from '../harness/server.ts';
import { unzip } from '../harness/unzip.ts';

type Ran = { readonly exits: number; readonly output: string };

// What one run compiled, the next need not: osls loads the clients of a dozen services.
const CACHE = emptyFolder();

/** A child without credentials or a home, and with a proxy at which nobody answers for whoever tries the network. */
function ran(
  node: string,
  words: readonly string[],
  cwd: string,
  environment: { readonly [name: string]: string } = {},
): Promise<Ran> {
  return new Promise(resolve => {
    const env = {
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: emptyFolder(),
      NODE_COMPILE_CACHE: CACHE,
      https_proxy: 'http://127.0.0.1:9',
      ...environment,
    };
    execFile(node, [...words], { cwd, env }, (error, stdout, stderr) =>
      resolve({ exits: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

const SERVERLESS = 'node_modules/serverless/bin/serverless.js';

function artifact(folder: string, name: FunctionName): Map<string, Buffer> {
  return unzip(readFileSync(join(folder, '.serverless', `${name}.zip`)));
}

type Compiled = { readonly Resources: { readonly [id: string]: { readonly Properties: object } } };
function compiled(folder: string): Compiled {
  return JSON.parse(
    readFileSync(join(folder, '.serverless/cloudformation-template-update-stack.json'), 'utf8'),
  );
}

const MISTAKE = folderOf({
  'broker.yml': 'url: https://sts.acme.io\nissuers:\n  - preset: buildkite\n',
  'roles/deploy.yml': `trust:
  - iss: https://agent.buildkite.com
    claims: { organization_slug: acme, pipelin_slug: web }
aws: { role_arn: "arn:aws:iam::123456789012:role/deploy" }
`,
});

/** It loads, but names a branch alone. */
const UNWISE = `trust:
  - iss: https://agent.buildkite.com
    claims: { organization_slug: acme, pipeline_slug: web, build_branch: main }
jwt: { audience: https://api.acme.example }
`;

/** One that may be deployed. */
const REAL = folderOf({
  'broker.yml': 'url: https://sts.acme.io\nissuers:\n  - preset: buildkite\n',
  'roles/web.yml': UNWISE,
});

let root: string;
let team: Installed;
let packaged: { readonly root: Ran; readonly team: Ran };

async function packagedTeam(): Promise<Ran> {
  team = await installed([...Object.keys(packageJson.dependencies), 'serverless']);
  await ran(NODE, [team.bin, 'init', '--organization', 'acme'], team.folder);
  // As `npm install` leaves it: packaging compares the tarball with its digest there.
  const packages = { 'node_modules/kite-sts': { integrity: hashTarball(readFileSync(team.tarball)) } };
  writeFileSync(join(team.folder, 'package-lock.json'), JSON.stringify({ packages }));
  return ran(NODE, [SERVERLESS, 'package'], team.folder);
}

beforeAll(async () => {
  root = clone();
  writeFileSync(join(root, 'config/roles/unwise.yml'), UNWISE);
  appendFileSync(join(root, 'serverless.yml'), 'custom: { kiteSts: { signing: sealed } }\n');
  const [ofRoot, ofTeam] = await Promise.all([
    ran(process.execPath, [SERVERLESS, 'package'], root),
    packagedTeam(),
  ]);
  packaged = { root: ofRoot, team: ofTeam };
}, 240_000);

describe('without network and credentials', () => {
  test('our root packages, with sealed keys', () => {
    expect(packaged.root).toMatchObject({ exits: 0 });
  });

  test('what lint warns of is told, and fails nothing', () => {
    expect(packaged.root.output).toContain('config/roles/unwise.yml:2:5  warning job-kind-admitted  ');
    expect(packaged.root.output).not.toContain(' note ');
    expect(packaged.team.output).not.toContain(' warning ');
  });

  test("a team's folder packages, with the packed kite-sts and three lines of serverless.yml", () => {
    expect(packaged.team).toMatchObject({ exits: 0 });
  });
});

describe.each<FunctionName>(['exchange', 'discovery'])('%s', name => {
  test("has the same code in our root and in a team's folder", () => {
    const [ours, theirs] = [root, team.folder].map(folder => artifact(folder, name).get('index.mjs'));
    expect(ours?.length).toBeGreaterThan(1000);
    expect(theirs).toEqual(ours);
  });

  test('is a function of Node 24 whose handler is in that code, and of which no old version stays', () => {
    const { Resources } = compiled(team.folder);
    const id = `${name === 'exchange' ? 'Exchange' : 'Discovery'}LambdaFunction`;
    expect(Resources[id]?.Properties).toMatchObject({ Handler: 'index.handler', Runtime: 'nodejs24.x' });
    expect(Object.keys(Resources).filter(each => each.includes('LambdaVersion'))).toEqual([]);
  });
});

test('rotation is packaged with sealed keys alone', () => {
  const id = 'RotationLambdaFunction';
  expect(artifact(root, 'rotation').get('index.mjs')?.length).toBeGreaterThan(1000);
  expect(compiled(root).Resources[id]?.Properties).toMatchObject({ Handler: 'index.handler' });
  expect(existsSync(join(team.folder, '.serverless/rotation.zip'))).toBe(false);
  expect(Object.keys(compiled(team.folder).Resources)).not.toContain(id);
});

test('I2, I3: the rights to deploy are written, and provider holds for each function of kite-sts', async () => {
  const folder = clone();
  const vpc = { securityGroupIds: ['sg-0123456789abcdef0'], subnetIds: ['subnet-0123456789abcdef0'] };
  const provider = {
    name: 'aws',
    region: 'eu-central-1',
    vpc,
    tracing: { lambda: true },
    architecture: 'x86_64',
    tags: { team: 'platform' },
    logRetentionInDays: 30,
  };
  const custom = { kiteSts: { account: '111122223333' } };
  const service = { service: 'kite-sts', provider, custom, plugins: ['./infra/plugin.ts'] };
  writeFileSync(join(folder, 'serverless.yml'), JSON.stringify(service));
  expect(await ran(process.execPath, [SERVERLESS, 'package'], folder)).toMatchObject({ exits: 0 });
  const all = Object.entries(compiled(folder).Resources);
  const functions = all
    .filter(([id]) => id.endsWith('LambdaFunction'))
    .map(([, { Properties }]) => Properties);
  expect(functions).toHaveLength(3);
  for (const each of functions)
    expect(each).toMatchObject({
      VpcConfig: { SecurityGroupIds: vpc.securityGroupIds, SubnetIds: vpc.subnetIds },
      TracingConfig: { Mode: 'Active' },
      Architectures: ['x86_64'],
      Tags: [{ Key: 'team', Value: 'platform' }],
    });
  const groups = all.filter(([id]) => id.endsWith('LogGroup')).map(([, { Properties }]) => Properties);
  expect(groups.map(each => (each as { RetentionInDays?: number }).RetentionInDays)).toEqual(
    groups.map(() => 30),
  );
  const written = ['boundary', 'deploy-policy-1', 'deploy-policy-2'].map(name =>
    JSON.parse(readFileSync(join(folder, `.serverless/${name}.json`), 'utf8')),
  );
  expect(written.flatMap(({ Statement }) => Statement).length).toBeGreaterThan(20);
  expect(compiled(folder).Resources['ExchangeRole']?.Properties).toMatchObject({
    PermissionsBoundary: 'arn:aws:iam::111122223333:policy/kite-sts-dev-boundary',
  });
  const state = JSON.parse(readFileSync(join(folder, '.serverless/serverless-state.json'), 'utf8'));
  expect(state.service.provider.stackTags).toEqual({ team: 'platform' });
}, 120_000);

test("a team's package knows the organization that its guard demands", () => {
  const broker = JSON.parse(String(artifact(team.folder, 'exchange').get('config/broker.json')));
  expect(broker).toMatchObject({ rows: [{ require: [{ name: 'organization_slug', operands: ['acme'] }] }] });
});

describe('a deployment', () => {
  const missing = (id: string) =>
    `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${id} does not exist</Message></Error></ErrorResponse>`;

  test('I4: takes on the switches that a removed stack kept, by a name that CloudFormation can look up', async () => {
    const aws = await testServer(() => ({ status: 400, body: missing('kite-sts-prod') }));
    const environment = {
      KITE_STS_CONFIG: REAL,
      AWS_ENDPOINT_URL: aws.url,
      https_proxy: '',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const stage = clone();
    await ran(process.execPath, [SERVERLESS, 'deploy', '--stage', 'prod'], stage, environment);
    const asked = aws.asked.map(({ body }) => new URLSearchParams(body));
    const change = asked.find(form => form.get('Action') === 'CreateChangeSet');
    expect(change?.get('ImportExistingResources')).toBe('true');
    expect(compiled(stage).Resources['SwitchTable']).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { TableName: 'kite-sts-prod-switches' },
    });
  }, 240_000);

  test('I7: stops before anything is made where the preflight finds what is wrong, and says what to do', async () => {
    const caller =
      '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::999999999999:user/me</Arn><UserId>AIDA</UserId><Account>999999999999</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>';
    const aws = await testServer(({ body }) =>
      body.includes('Action=GetCallerIdentity')
        ? { status: 200, body: caller }
        : { status: 400, body: missing('kite-sts-prod') },
    );
    const stage = clone();
    appendFileSync(join(stage, 'serverless.yml'), 'custom: { kiteSts: { account: "111122223333" } }\n');
    const { exits, output } = await ran(process.execPath, [SERVERLESS, 'deploy', '--stage', 'prod'], stage, {
      KITE_STS_CONFIG: REAL,
      AWS_ENDPOINT_URL: aws.url,
      https_proxy: '',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    expect(exits).toBe(1);
    expect(output).toMatch(/WRONG +identity +arn:aws:iam::999999999999:user\/me: /);
    expect(output).toContain('Sign in to the other account');
    const actions = aws.asked.map(({ body }) => new URLSearchParams(body).get('Action'));
    expect(actions.filter(each => /^(Create|Execute)/.test(each ?? ''))).toEqual([]);
  }, 240_000);
});

test('T99: a removal warns first of who will trust whoever gets the name', async () => {
  const body = '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>';
  const aws = await testServer(() => ({ status: 403, body }));
  const environment = {
    KITE_STS_CONFIG: REAL,
    AWS_ENDPOINT_URL: aws.url,
    https_proxy: '',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const { output } = await ran(
    process.execPath,
    [SERVERLESS, 'remove', '--stage', 'prod'],
    clone(),
    environment,
  );
  expect(output).toContain('Whoever gets the name sts.acme.io later is the issuer that others trust.');
  expect(output).toContain('whoever takes tokens for https://api.acme.example');
}, 120_000);

describe('refused before anything is packaged:', () => {
  type Framework = { init(): Promise<void>; run(): Promise<void> };
  type Schema = { readonly properties: { readonly provider: { readonly properties: object } } };
  type Described = { readonly configSchemaHandler: { readonly schema: Schema } };
  const Serverless: new (given: object) => Framework = createRequire(import.meta.url)('serverless');

  /** What the real framework, in this process, says of a command in our root. */
  const refusal = async (
    commands: readonly string[],
    custom: object = {},
    serviceDir = root,
  ): Promise<string> => {
    const framework = new Serverless({
      serviceDir,
      configurationFilename: 'serverless.yml',
      configuration: {
        service: 'kite-sts',
        provider: { name: 'aws' },
        plugins: ['./infra/plugin.ts'],
        ...custom,
      },
      commands,
      options: {},
    });
    await framework.init();
    return framework.run().then(
      () => 'nothing',
      (error: Error) => error.message,
    );
  };

  afterEach(() => void vi.unstubAllEnvs());

  test('a role with a mistake, with the text of lint, place and all', async () => {
    vi.stubEnv('KITE_STS_CONFIG', MISTAKE);
    const terminal = testTerminal({ KITE_STS_CONFIG: MISTAKE });
    expect(await run(['lint'], terminal)).toBe(2);
    const lint = terminal.written.join('');
    expect(lint).toContain(`${MISTAKE}/roles/deploy.yml:3:40  claim-unknown  `);
    expect(await refusal(['package'])).toBe(`\n${lint}`);
  });

  test('a role with a value that no job has', async () => {
    const folder = folderOf({
      'broker.yml': 'url: https://sts.acme.example.org\nissuers:\n  - preset: buildkite\n',
      'roles/deploy.yml':
        'trust:\n  - iss: https://agent.buildkite.com\n    claims: { organization_slug: acme, build_branch: "dependabot/*" }\njwt: { audience: https://api.acme.example }\n',
    });
    vi.stubEnv('KITE_STS_CONFIG', folder);
    expect(await refusal(['package'])).toContain('/roles/deploy.yml:3:54  value-impossible  ');
  });

  test('an option that is not known', async () => {
    expect(await refusal(['package'], { custom: { kiteSts: { logRetention: 90 } } })).toContain(
      'serverless.yml custom.kiteSts.logRetention:1:1  unknown-key  ',
    );
  });

  test('a domain that is not that of the url', async () => {
    const domain = {
      name: 'sts.acme.io',
      certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/1',
    };
    expect(await refusal(['package'], { custom: { kiteSts: { domain } } })).toContain(
      'config/broker.yml:4:6  wrong-value  ',
    );
  });

  test('a deployment of the demo, whose url lies below a reserved name', async () => {
    expect(await refusal(['deploy'])).toContain('config/broker.yml:4:6  wrong-value  ');
  });

  test('T98: a tarball that is not the one that was reviewed', async () => {
    vi.stubEnv('KITE_STS_CONFIG', REAL);
    const folder = clone();
    const named = { ...packageJson, dependencies: { 'kite-sts': 'file:vendor/kite-sts-0.2.0.tgz' } };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(named));
    expect(await refusal(['package'], {}, folder)).toContain('vendor/kite-sts-0.2.0.tgz is not there');
    expect(existsSync(join(folder, '.serverless/exchange.zip'))).toBe(false);
  }, 60_000);

  test('a deployment of one function, without the rights that its roles need', async () => {
    expect(await refusal(['deploy', 'function'])).toContain('`serverless deploy`');
  });

  test('a deployment that cannot take on what an earlier stack kept', async () => {
    vi.stubEnv('KITE_STS_CONFIG', REAL);
    expect(await refusal(['deploy'], { provider: { name: 'aws', deploymentMethod: 'direct' } })).toContain(
      'deploymentMethod',
    );
  });

  test('I3: a setting of provider that would put code beside the broker', async () => {
    expect(await refusal(['package'], { provider: { name: 'aws', layers: ['arn:aws:lambda:x'] } })).toContain(
      'serverless.yml provider.layers:1:1  wrong-value  ',
    );
  });

  test('I3: every setting of provider that the framework knows is honoured, refused, or not about us', async () => {
    const framework = new Serverless({
      serviceDir: root,
      configurationFilename: 'serverless.yml',
      configuration: { service: 'kite-sts', provider: { name: 'aws' } },
      commands: ['package'],
      options: {},
    });
    await framework.init();
    const { provider } = (framework as unknown as Described).configSchemaHandler.schema.properties;
    const known = Object.keys(provider.properties);
    const decided = [...HONOURED, ...UNTOUCHED, ...Object.keys(REFUSED).map(path => path.split('.')[0])];
    expect(known.length).toBeGreaterThan(40);
    expect(known.filter(name => !(decided as readonly unknown[]).includes(name))).toEqual([]);
  });

  test.each([
    ['function', { functions: { exchange: { handler: 'mine.handler' } } }],
    ['resource', { resources: { Resources: { ExchangeRole: { Type: 'AWS::IAM::Role' } } } }],
    ['output', { resources: { Outputs: { Url: { Value: 'https://sts.acme.io' } } } }],
  ])('a service whose own %s has the name of one of ours', async (what, own) => {
    expect(await refusal(['package'], own)).toContain(`a ${what} `);
  });
});

describe('an unpacked artifact answers on Node 24', () => {
  const CALL = `
    const { handler } = await import(process.argv[1]);
    const context = { getRemainingTimeInMillis: () => 5000 };
    const answer = await handler(JSON.parse(process.argv[2]), context);
    process.stdout.write('\\n' + JSON.stringify({ answer }));
    process.exit();
  `;
  const LAMBDA = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'session',
    KITE_STS_SIGNING_KEYS: 'first,second',
    KITE_STS_SEALED_KEYS: 'sealed-keys',
    KITE_STS_SEALING_KEY: 'sealing',
    KITE_STS_SWITCH_TABLE: 'switches',
    KITE_STS_ISSUER_KEY_TABLE: 'issuer-keys',
    KITE_STS_ISSUER_KEY_PROOF: 'issuer-proof',
    KITE_STS_IDENTITY_TABLE: 'identities',
    KITE_STS_SPENT_TABLE: 'spent',
  };

  const answer = async (
    name: FunctionName,
    event: object,
    environment: object = {},
  ): Promise<{ [name: string]: unknown }> => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'config'));
    for (const [path, content] of artifact(root, name)) writeFileSync(join(folder, path), content);
    const words = ['--input-type=module', '-e', CALL, join(folder, 'index.mjs'), JSON.stringify(event)];
    const { output } = await ran(process.execPath, words, folder, { ...LAMBDA, ...environment });
    const line = output.split('\n').find(each => each.startsWith('{"answer"'));
    if (line === undefined) throw new Error(output);
    return JSON.parse(line).answer;
  };

  test('exchange refuses a token that is none', async () => {
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: 'deploy-web',
      subject_token: 'a.b.c',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    }).toString();
    const answered = await answer('exchange', httpEvent({ body }));
    expect(answered).toMatchObject({
      statusCode: 400,
      headers: { 'content-type': expect.stringContaining('application/json') },
    });
    expect(JSON.parse(String(answered['body']))).toMatchObject({ code: expect.any(String) });
  });

  test('discovery is healthy', async () => {
    const answered = await answer('discovery', httpEvent({ method: 'GET', path: '/health' }));
    expect(answered).toMatchObject({ statusCode: 200 });
  });

  test('rotation makes a key once', async () => {
    const aws = await testAws();
    const environment = {
      AWS_ACCESS_KEY_ID: DUMMY_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: DUMMY_KEYS.secretAccessKey,
      KITE_STS_AWS_ENDPOINT: aws.setting.endpoint,
      KITE_STS_SIGNING_KEYS: KEY,
      KITE_STS_SEALING_KEY: SEALING_KEY,
      KITE_STS_SEALED_KEYS: await aws.dynamo.makeTable(SEALED_KEY_TABLE.key),
    };
    const runs = [await answer('rotation', {}, environment), await answer('rotation', {}, environment)];
    expect(runs.map(({ made }) => made)).toEqual([true, false]);
  });
});
