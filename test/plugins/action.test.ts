import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { type Used, useAction } from '../harness/action.ts';
import { runProgram } from '../harness/command-line.ts';
import { agentCall, call, configFrom, emptyFolder, localBroker } from '../harness/local.ts';
import { ROOT } from '../harness/markdown.ts';
import { AUDIENCE, GITHUB } from '../harness/policy.ts';
import { testServer } from '../harness/server.ts';
import { stand } from '../harness/stand.ts';

const TRUST = `contact: "#team-web"\ntrust:\n  - iss: ${GITHUB}\n    claims: { repository: acme/web, ref: refs/heads/main }\n`;
const POOL =
  '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts';
const broker = await localBroker(
  configFrom({
    deploy: `${TRUST}aws: { role_arn: "arn:aws:iam::123456789012:role/deploy" }\n`,
    publish: `${TRUST}jwt: { audience: https://packages.test.example }\n`,
    google: `${TRUST}gcp: { audience: ${POOL} }\n`,
  }),
);
const { url: STAND } = await stand(broker.url);

/** A job of this repository's main, but for these claims. */
async function put(job: string, claims: object): Promise<string> {
  const body = JSON.stringify({ issuer: GITHUB, claims: { repository: 'acme/web', ...claims } });
  await call(broker.port, { method: 'PUT', path: `/local/jobs/${job}`, body });
  return job;
}
const MAIN = await put('main', {});

/** GitHub's own door for tokens, whose issuer is the local broker's: the path names the job. */
const github = await testServer(async ({ path, headers }) => {
  const { pathname, searchParams } = new URL(path, 'http://github');
  if (headers.authorization !== 'Bearer request-token') return { status: 401 };
  const audience = searchParams.get('audience') ?? '';
  const { token } = (await agentCall(broker.port, { audience }, pathname.slice(1))).json();
  return { status: 200, body: { count: token?.toString().length, value: token } };
});

function jobOf(job: string) {
  return {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${github.url}/${job}?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
  };
}

type Texts = { readonly [name: string]: string };
function used(inputs: Texts = {}, job: Texts = {}): Promise<Used> {
  return useAction(
    { broker: broker.url, role: 'deploy', audience: AUDIENCE, ...inputs },
    { ...jobOf(MAIN), ...job },
  );
}

/** The stand-in that answers so is the broker. */
function answered(name: string, inputs: Texts = {}): Promise<Used> {
  return used({ broker: `${STAND}/${name}`, ...inputs });
}

function masks({ commands }: Used): string[] {
  return commands.filter(({ name }) => name === 'add-mask').map(({ data }) => data);
}

/** What a step that follows prints when it runs this program of test/clients. */
function client(program: string, variables: Texts) {
  const env = {
    PATH: process.env['PATH'],
    HOME: emptyFolder(),
    AWS_EC2_METADATA_DISABLED: 'true',
    ...variables,
  };
  return runProgram(process.execPath, [join(ROOT, 'test/clients', program)], { env });
}

const AWS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_CREDENTIAL_EXPIRATION'];

describe.concurrent('a credential', () => {
  test('is in the variables of the steps that follow', async () => {
    const { exits, variables, outputs } = await used();
    expect([exits, Object.keys(variables)]).toEqual([0, AWS]);
    expect(variables['AWS_ACCESS_KEY_ID']).toMatch(/^ASIA/);
    expect(outputs).toEqual({ kind: 'aws', 'expires-at': variables['AWS_CREDENTIAL_EXPIRATION'] });
  });

  test('of a token has its own variable', async () => {
    const { variables, outputs } = await used({ role: 'publish' });
    expect(Object.keys(variables)).toEqual(['ACCESS_TOKEN']);
    expect(outputs['kind']).toBe('jwt');
  });

  test('has the prefix that was asked for', async () => {
    const { variables } = await used({ 'credential-name-prefix': 'WEB_' });
    expect(Object.keys(variables)).toEqual(AWS.map(name => `WEB_${name}`));
  });

  test.for<[role: string, names: string[]]>([
    ['deploy', ['aws-access-key-id', 'aws-secret-access-key', 'aws-session-token']],
    ['publish', ['token']],
  ])('of %s is in outputs alone when it is not to be exported', async ([role, names]) => {
    const { variables, outputs } = await used({ role, export: 'false' });
    expect(variables).toEqual({});
    expect(Object.keys(outputs)).toEqual(['kind', 'expires-at', ...names]);
  });

  test('is had for the seconds that were asked for', async () => {
    const { outputs } = await used({ role: 'publish', 'session-duration': '60' });
    expect(Date.parse(outputs['expires-at'] ?? '') - Date.now()).toBeLessThanOrEqual(60_000);
  });

  test('T54: is masked before it is handed over, and so is the token of the job', async () => {
    const { printed } = await used({}, { GITHUB_ENV: '/dev/stdout' });
    const secrets = AWS.slice(0, 3).map(name => new RegExp(`^${name}=(.*)$`, 'm').exec(printed)?.[1] ?? '');
    const token = /^::add-mask::(ey.*)$/m.exec(printed)?.[1] ?? '';
    for (const secret of [token, ...secrets]) {
      expect(secret).not.toBe('');
      expect(printed.slice(0, printed.indexOf(secret))).toMatch(/::add-mask::$/);
    }
  });

  test('T54: has no part in the log, where a percent sign is in it either', async () => {
    const odd = await answered('odd');
    const secrets = AWS.slice(0, 3).map(name => odd.variables[name] ?? '');
    expect(masks(odd)).toEqual([expect.stringMatching(/^ey/), ...secrets]);
    expect(secrets.filter(secret => odd.log.includes(secret))).toEqual([]);
  });
});

/** What the runner writes to the log for all to see. */
function logged({ printed }: Used): string {
  return printed
    .split('\n')
    .filter(line => !line.startsWith('::add-mask::'))
    .join('\n');
}

test.concurrent('T54: a mask is the secret itself, also where it has percent signs', async () => {
  expect(masks(await answered('percent'))).toEqual([
    expect.stringMatching(/^ey/),
    'AKIAODD',
    'a%25b%0Ac',
    '%2525',
  ]);
});

test.concurrent('T54: a job whose shells trace has no secret in its log', async () => {
  const traced = await used({}, { SHELLOPTS: 'xtrace' });
  expect(traced.printed).toMatch(/^\+ bash /m);
  const secrets = [...masks(traced), ...AWS.slice(0, 3).map(name => traced.variables[name] ?? '')];
  expect(secrets).toHaveLength(7);
  expect(secrets.filter(secret => secret === '' || logged(traced).includes(secret))).toEqual([]);
});

describe.concurrent('in files', { timeout: 60_000 }, () => {
  const FILES: { readonly [kind: string]: string } = {
    gcp: 'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE',
    azure: 'KITE_STS_TOKEN_FILE',
    github: 'KITE_STS_TOKEN_FILE',
    buildkite: 'KITE_STS_TOKEN_FILE',
    jwt: 'KITE_STS_TOKEN_FILE',
  };

  test.each(Object.entries(FILES))(
    'a token of %s is had, masked, and without a line end',
    async (kind, name) => {
      const files = await answered(kind, { mode: 'files' });
      const path = files.variables[name] ?? '';
      expect([files.exits, path && readFileSync(path, 'utf8')]).toEqual([0, `token-of-${kind}`]);
      expect(masks(files)).toContain(`token-of-${kind}`);
      expect(logged(files)).not.toContain(`token-of-${kind}`);
      expect(statSync(path).mode & 0o077).toBe(0);
    },
  );

  test("the JavaScript SDK finds AWS's", async () => {
    const { variables, log } = await used({ mode: 'files' });
    expect(Object.keys(variables), log).toEqual(['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE']);
    expect((await client('keys.ts', variables)).out).toMatch(/^ASIA/);
  });

  test("Google's library finds its own, and asks GitHub and the broker for new ones itself", async () => {
    const job = await put('google', {});
    const { variables, log } = await used({ mode: 'files', role: 'google' }, jobOf(job));
    expect(Object.keys(variables), log).toEqual([
      'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE',
      'GOOGLE_APPLICATION_CREDENTIALS',
    ]);
    const { out, error } = await client('google.ts', { ...variables, GOOGLE_CLOUD_PROJECT: 'acme-prod' });
    expect([out, error]).toEqual([expect.stringMatching(/^ya29\.local-/), '']);
    const asked = github.asked.filter(({ path }) => path.startsWith('/google?'));
    const audiences = asked.map(({ path }) => new URL(path, github.url).searchParams.get('audience'));
    expect(audiences).toEqual([AUDIENCE, AUDIENCE]);
  });

  test('a registry has its own', async () => {
    const registry = 'packages.test.example/npm';
    const { variables, log } = await used({ mode: 'files', role: 'publish', registry, 'npm-scope': '@acme' });
    const npmrc = readFileSync(variables['NPM_CONFIG_USERCONFIG'] ?? '', 'utf8');
    expect(npmrc, log).toMatch(`@acme:registry=https://${registry}/\n//${registry}/:_authToken=ey`);
  });
});

describe.concurrent('the answer of a broker is read and never evaluated', () => {
  test('T66: odd characters arrive as they are, and no other variable with them', async () => {
    const { exits, variables } = await answered('odd');
    expect([exits, Object.keys(variables)]).toEqual([0, AWS]);
    expect(variables['AWS_SECRET_ACCESS_KEY']).toBe(
      `$(touch "$HOME/pwned") \`id\` "a" 'b' \\n & * ; \${HOME} %s`,
    );
    expect(variables['AWS_SESSION_TOKEN']).toBe('  spaced = twice  ');
  });

  test('T66: a value of several lines ends with its first', async () => {
    const lines = 'AWS_SESSION_TOKEN=one\ntwo\nAWS_SECRET_ACCESS_KEY<<END\nevil\nEND\nPATH=/evil\n';
    const { url } = await testServer(() => ({
      status: 200,
      body: `KIND=aws\nAWS_ACCESS_KEY_ID=id\nAWS_SECRET_ACCESS_KEY=secret\n${lines}AWS_CREDENTIAL_EXPIRATION=never\n`,
    }));
    const { variables } = await used({ broker: url });
    expect(Object.values(variables)).toEqual(['id', 'secret', 'one', 'never']);
    expect(Object.keys(variables)).toEqual(AWS);
  });

  test('T66: no claim of a refusal can be a command to the runner', async () => {
    const job = await put('forged', {
      sub: 'repo:acme/web',
      ref: '\n::set-output name=a::b\n##[add-mask]main ##[error]x ###[warning]y',
    });
    const refused = await used({}, jobOf(job));
    expect(refused.commands.map(({ name }) => name)).toEqual(['add-mask', 'error']);
    expect(refused.log).toContain('claim     ref differs');
  });
});

test.concurrent('a refusal names the role, the code, the decision, the contact, the claims and the page', async () => {
  const job = await put('feature', { ref: 'refs/heads/feature' });
  const { exits, variables, outputs, log } = await used({}, jobOf(job));
  expect([exits, variables, outputs]).toEqual([2, {}, {}]);
  expect(log.trim().split('\n')).toEqual([
    'kite-sts: no credential for the role deploy',
    '  code      trust_not_met',
    expect.stringMatching(/^ {2}why {7}/),
    expect.stringMatching(/^ {2}decision {2}[\w-]{36}$/),
    '  contact   #team-web',
    '  claim     ref differs; the token says: refs/heads/feature',
    `  help      ${broker.url}/errors/trust_not_met`,
  ]);
});

describe.concurrent('nothing is handed over', () => {
  type Row = [name: string, exits: number, inputs: Texts, job?: Texts];

  test.for<Row>([
    ['by a broker that knows nobody', 2, { role: 'nobody-has-this' }],
    ['for a token of another audience', 2, { audience: 'https://other.test.example' }],
    ['by a broker that is down', 1, { broker: 'http://127.0.0.1:9', timeout: '1' }],
    ['by a broker that never answers', 1, { broker: `${STAND}/never`, timeout: '1' }],
    ['by a broker that redirects', 1, { broker: `${STAND}/redirect` }],
    ['by a page that is no broker', 1, { broker: `${STAND}/html` }],
    ['from half an answer', 1, { broker: `${STAND}/truncated` }],
    ['from a URL without TLS', 1, { broker: 'http://sts.test.example' }],
    ['without a broker', 1, { broker: '' }],
    ['without a role', 1, { role: '' }],
    ['for a role whose name is none', 1, { role: 'Deploy Web' }],
    ['for seconds that are none', 1, { 'session-duration': 'long' }],
    ['for a switch that is none', 1, { export: 'yes' }],
    ['beside a profile, which would win', 1, {}, { AWS_PROFILE: 'other' }],
    ['beside a profile by its older name', 1, {}, { AWS_DEFAULT_PROFILE: 'other' }],
    ['beside a token by its older name', 1, {}, { AWS_SECURITY_TOKEN: 'other' }],
    ['beside keys, which go before files', 1, { mode: 'files' }, { AWS_ACCESS_KEY_ID: 'other' }],
    ['beside a key of Google', 1, { role: 'google' }, { GOOGLE_CREDENTIALS: 'other' }],
    ['beside a file of Google', 1, { role: 'google' }, { GOOGLE_APPLICATION_CREDENTIALS: 'other' }],
    ['in files and outputs at once', 1, { mode: 'files', export: 'false' }],
    ['in a mode that an action has not', 1, { mode: 'container-credentials' }],
    ['for a registry without files', 1, { role: 'publish', registry: 'packages.test.example' }],
    ['in a job without the permission', 1, {}, { ACTIONS_ID_TOKEN_REQUEST_URL: '' }],
    ['where GitHub refuses', 1, {}, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'wrong' }],
    ['where GitHub is none', 1, {}, { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://ci.test.example/token?a=b' }],
    ['into a file that cannot be written', 1, {}, { GITHUB_ENV: emptyFolder() }],
  ])('%s', async ([, exits, inputs, job]) => {
    const { variables, outputs, commands, ...rest } = await used(inputs, job);
    expect([rest.exits, variables, outputs], rest.log).toEqual([exits, {}, {}]);
    expect(commands.at(-1)?.name).toBe('error');
  });
});

test.concurrent('D17: a broker that is busy for a moment is asked again, with another token', async () => {
  const busy = await answered('busy');
  const tokens = masks(busy).filter(mask => mask.startsWith('ey'));
  expect([busy.exits, new Set(tokens).size]).toEqual([0, 2]);
});

test.concurrent('a profile is no hindrance to a credential with a prefix', async () => {
  const { exits } = await used({ 'credential-name-prefix': 'WEB_' }, { AWS_PROFILE: 'other' });
  expect(exits).toBe(0);
});

test.concurrent('GitHub is asked for the audience of the broker, where none is given', async () => {
  await used({ audience: '' }, jobOf('own'));
  const asked = github.asked.find(({ path }) => path.startsWith('/own?'));
  const { searchParams } = new URL(asked?.path ?? '', github.url);
  expect(Object.fromEntries(searchParams)).toEqual({ 'api-version': '2.0', audience: broker.url });
});
