import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { openOperatedBroker } from '../../lib/cli/operator.ts';
import { run } from '../../lib/cli/run.ts';
import { runMain } from '../harness/command-line.ts';
import { folderOf, testTerminal } from '../harness/local.ts';
import { testServer } from '../harness/server.ts';
import { stsCaller, testSts } from '../harness/sts.ts';

/** What a verb asks of AWS, with this in its environment and these flags. */
async function readSigned(environment: object, flags: object = {}) {
  const server = await testServer(() => ({ status: 500, body: '' }));
  const setting = { KITE_STS_AWS_ENDPOINT: server.url, ...environment };
  const deployment = await openOperatedBroker({ stack: 'kite-sts-prod', ...flags }, testTerminal(setting));
  await deployment.list().catch(() => undefined);
  const { authorization = '', 'x-amz-security-token': token } = server.asked[0]?.headers ?? {};
  return {
    region: /\/\d{8}\/([\w-]+)\/dynamodb\//.exec(authorization)?.[1],
    token,
    signed: authorization.includes('x-amz-security-token'),
  };
}

const SESSION = {
  AWS_ACCESS_KEY_ID: 'ASIATEST',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
  AWS_REGION: 'eu-west-1',
};

test('T-16: AWS is asked with the session token, which is signed, in the region of the environment', async () => {
  expect(await readSigned(SESSION)).toEqual({ region: 'eu-west-1', token: 'session', signed: true });
});

test('T-16: in the region of --region, whatever the environment has', async () => {
  expect(await readSigned(SESSION, { region: 'ap-southeast-2' })).toMatchObject({ region: 'ap-southeast-2' });
});

const { AWS_REGION: _, ...NO_REGION } = SESSION;

/** The paths of AWS's own files, as AWS_CONFIG_FILE and its kin name them. */
function awsFiles(config: string, credentials = ''): { [name: string]: string } {
  const folder = folderOf({ config, credentials });
  return { AWS_CONFIG_FILE: `${folder}/config`, AWS_SHARED_CREDENTIALS_FILE: `${folder}/credentials` };
}

const PROFILES =
  '[default]\nregion = eu-north-1\n[profile ops]\nregion = sa-east-1\n[profile bare]\noutput = json\n';

describe('the region is that of', () => {
  test.each<[name: string, environment: object, region: string]>([
    ['AWS_REGION, before AWS_DEFAULT_REGION', { ...SESSION, AWS_DEFAULT_REGION: 'us-west-2' }, 'eu-west-1'],
    [
      'AWS_DEFAULT_REGION, before the profile',
      { ...NO_REGION, AWS_DEFAULT_REGION: 'us-west-2' },
      'us-west-2',
    ],
    [
      'AWS_DEFAULT_REGION, where AWS_REGION is empty',
      { ...SESSION, AWS_REGION: '', AWS_DEFAULT_REGION: 'us-west-2' },
      'us-west-2',
    ],
    ['the profile default', NO_REGION, 'eu-north-1'],
  ])('%s', async (_name, environment, region) => {
    expect(await readSigned({ ...awsFiles(PROFILES), ...environment })).toMatchObject({ region });
  });

  test('a profile as its file of credentials has it, before the other file', async () => {
    const files = awsFiles(PROFILES, '[default]\nregion = ca-central-1\n');
    expect(await readSigned({ ...files, ...NO_REGION })).toMatchObject({ region: 'ca-central-1' });
  });

  test('the profile that AWS_PROFILE names, whose keys sign', async () => {
    const files = awsFiles(PROFILES, '[ops]\naws_access_key_id = AKIAOPS\naws_secret_access_key = secret\n');
    const environment = { HOME: folderOf({}), AWS_REGION: '', AWS_PROFILE: 'ops', ...files };
    expect(await signedBy(environment)).toMatchObject({ key: 'AKIAOPS', region: 'sa-east-1' });
  });

  test.each(['default', 'bare', 'nobody'])(
    'none, for the profile %s: all that was tried is told',
    async profile => {
      const files = awsFiles(PROFILES.replace('region = eu-north-1', ''));
      const terminal = testTerminal({ AWS_PROFILE: profile, ...files });
      expect(await run(['disabled', '--stack', 'kite-sts-prod'], terminal)).toBe(64);
      const error = terminal.errors.join('');
      for (const tried of ['--region', 'AWS_REGION', 'AWS_DEFAULT_REGION', `"${profile}"`])
        expect(error).toContain(tried);
    },
  );
});

/** A home with files of AWS's own command line in it. */
function homeWith(files: { readonly [name: string]: string }): string {
  return folderOf(Object.fromEntries(Object.entries(files).map(([name, text]) => [`.aws/${name}`, text])));
}

function keysOf(id: string) {
  return { AccessKeyId: id, SecretAccessKey: 'secret', Token: 'session' };
}
const EXPIRES = new Date(Date.now() + 3_600_000).toISOString();
function inAnHour(keys: object): string {
  return JSON.stringify({ Version: 1, ...keys, Expiration: EXPIRES });
}

/** The command as an operator runs it, in a process of its own: whose keys it signed with, or what it said. */
async function signedBy(environment: { readonly [name: string]: string }) {
  const body = '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"none"}';
  const server = await testServer(() => ({ status: 400, body }));
  const env = {
    PATH: process.env['PATH'],
    AWS_REGION: 'eu-west-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    KITE_STS_AWS_ENDPOINT: server.url,
    ...environment,
  };
  const { exits, error } = await runMain(['disabled', '--stack', 'kite-sts-prod'], env);
  const { authorization = '', 'x-amz-security-token': token } = server.asked[0]?.headers ?? {};
  const [, key, region] = /Credential=(\w+)\/\d{8}\/([\w-]+)\//.exec(authorization) ?? [];
  return { exits, error, key, region, token };
}

describe.concurrent('I15: credentials are found as AWS’s own chain finds them:', () => {
  test('a profile that AWS_PROFILE names, before keys of the environment', async () => {
    const HOME = homeWith({
      credentials: '[admin]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = secret\n',
    });
    const keys = { AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT', AWS_SECRET_ACCESS_KEY: 'secret' };
    expect(await signedBy({ HOME, ...keys, AWS_PROFILE: 'admin' })).toMatchObject({ key: 'AKIAPROFILE' });
    expect(await signedBy({ HOME, ...keys })).toMatchObject({ key: 'AKIAENVIRONMENT' });
  });

  test('a process of a profile', async () => {
    const said = inAnHour({ AccessKeyId: 'ASIAPROCESS', SecretAccessKey: 'secret', SessionToken: 'session' });
    const HOME = homeWith({ config: `[default]\ncredential_process = echo '${said}'\n` });
    expect(await signedBy({ HOME })).toMatchObject({ key: 'ASIAPROCESS', token: 'session' });
  });

  test('another role of a profile, by AWS STS', async () => {
    const credentials = `<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken><Expiration>${EXPIRES}</Expiration>`;
    const body = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`;
    const sts = await testServer(() => ({ status: 200, headers: { 'content-type': 'text/xml' }, body }));
    const HOME = homeWith({
      config: '[profile ops]\nrole_arn = arn:aws:iam::123456789012:role/ops\nsource_profile = base\n',
      credentials: '[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = secret\n',
    });
    const found = await signedBy({ HOME, AWS_PROFILE: 'ops', AWS_ENDPOINT_URL_STS: sts.url });
    expect(found).toMatchObject({ key: 'ASIAROLE', token: 'session' });
    expect(sts.asked[0]?.headers['authorization']).toContain('Credential=AKIABASE/');
  });

  test('a container', async () => {
    const container = await testServer(() => ({
      status: 200,
      body: JSON.parse(inAnHour(keysOf('ASIACONTAINER'))),
      headers: { 'content-type': 'application/json' },
    }));
    const environment = { HOME: homeWith({}), AWS_CONTAINER_CREDENTIALS_FULL_URI: `${container.url}/keys` };
    expect(await signedBy(environment)).toMatchObject({ key: 'ASIACONTAINER', token: 'session' });
  });
});

test('I15: where there are none, it says so in one line, and asks nobody', async () => {
  const { exits, error, key } = await signedBy({ HOME: homeWith({}) });
  expect([exits, key]).toEqual([1, undefined]);
  expect(error).toMatch(/^kite-sts disabled: There are no credentials of AWS: .*\n$/);
});

test('I15: what a process printed that is no credential is not told on', async () => {
  const HOME = homeWith({ config: '[default]\ncredential_process = echo SECRET words\n' });
  const { exits, error } = await signedBy({ HOME });
  expect(exits).toBe(1);
  expect(error).not.toContain('SECRET words\n');
});

test('I15: who operates it is asked of AWS STS with those', async () => {
  const sts = await testSts();
  sts.reply(stsCaller('arn:aws:iam::123456789012:user/alice'));
  const setting = { ...SESSION, KITE_STS_AWS_ENDPOINT: sts.setting.endpoint };
  const { who } = await openOperatedBroker({ stack: 'kite-sts-prod' }, testTerminal(setting));
  expect(await who()).toBe('arn:aws:iam::123456789012:user/alice');
});
