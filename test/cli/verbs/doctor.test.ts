import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../../lib/config/load.ts';
import { runLine, wordsOf } from '../../harness/command-line.ts';
import { configFolder, emptyFolder, localBroker } from '../../harness/local.ts';
import { testServer } from '../../harness/server.ts';

const FOLDER = configFolder();
let url: string;
beforeAll(async () => {
  const { config } = loadConfig(FOLDER);
  if (!config) throw new Error('the configuration cannot be read');
  ({ url } = await localBroker(config));
});

const KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_REGION: 'eu-central-1',
};

function asked(words: readonly string[], environment: object = {}) {
  return runLine(['doctor', '--config', FOLDER, ...words], environment as never);
}

test('the local broker is well', async () => {
  const { exits, out, error } = await asked(['--broker', url]);
  expect([exits, error]).toEqual([0, '']);
  const lines = out.trimEnd().split('\n');
  expect(lines.filter(line => !line.startsWith('ok '))).toEqual([]);
  expect(lines.map(line => line.split(/ +/)[1])).toEqual([
    'health',
    'discovery',
    'jwks',
    'tls',
    'clock',
    'issuer',
    'issuer',
  ]);
});

test('one that is away is wrong, and each line of that says what to do', async () => {
  const { exits, out } = await asked(['--broker', 'http://127.0.0.1:9', '--json']);
  expect(exits).toBe(2);
  const found = JSON.parse(out) as { check: string; condition: string; mend?: string }[];
  const wrong = found.filter(({ condition }) => condition === 'wrong');
  expect(wrong.map(({ check }) => check)).toEqual(expect.arrayContaining(['health', 'discovery', 'jwks']));
  expect(wrong.filter(({ mend }) => !mend)).toEqual([]);
});

describe('with --stack', () => {
  const account = (answers: { readonly [action: string]: string }) =>
    testServer(({ body, headers }) => {
      const action =
        new URLSearchParams(body).get('Action') ?? String(headers['x-amz-target']).split('.')[1] ?? '';
      const answer = answers[action];
      return answer === undefined
        ? {
            status: 403,
            body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
          }
        : { status: 200, body: answer };
    });
  const STACKS =
    '<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackId>arn:aws:cloudformation:eu-central-1:123456789012:stack/kite-sts-prod/i</StackId><StackStatus>CREATE_COMPLETE</StackStatus><Outputs><member><OutputKey>ExchangeRoleArn</OutputKey><OutputValue>arn:aws:iam::123456789012:role/exchange</OutputValue></member></Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>';
  const RESOURCES =
    '<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries/></ListStackResourcesResult></ListStackResourcesResponse>';
  const ALARMS =
    '<DescribeAlarmsResponse><DescribeAlarmsResult><MetricAlarms/></DescribeAlarmsResult></DescribeAlarmsResponse>';
  const ROLE = (statement: object) =>
    `<GetRoleResponse><GetRoleResult><Role><Arn>arn:aws:iam::123456789012:role/deploy</Arn><MaxSessionDuration>43200</MaxSessionDuration><AssumeRolePolicyDocument>${encodeURIComponent(JSON.stringify({ Statement: [statement] }))}</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>`;
  const TRUSTED = ROLE({
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::123456789012:role/exchange' },
    Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
    Condition: { StringEqualsIfExists: { 'sts:ExternalId': 'kite-sts:deploy' } },
  });
  const inside = async (answers: { readonly [action: string]: string }, environment: object = {}) => {
    const server = await account(answers);
    const given = { ...KEYS, KITE_STS_AWS_ENDPOINT: server.url, ...environment };
    return { ...(await asked(['--broker', url, '--stack', 'kite-sts-prod'], given)), server };
  };

  test('an account that may not be asked leaves it undecided', async () => {
    const { exits, out } = await inside({});
    expect(exits).toBe(4);
    expect(out).toContain(
      'unknown  stack        kite-sts-prod: it may not be asked: AccessDenied\n         To have it looked at, allow cloudformation:DescribeStacks.',
    );
  });

  test('a target that lets the broker in without its ExternalId is wrong', async () => {
    const { exits, out } = await inside({
      DescribeStacks: STACKS,
      ListStackResources: RESOURCES,
      DescribeAlarms: ALARMS,
      GetRole: TRUSTED,
    });
    expect(exits).toBe(2);
    expect(out).toContain(
      'WRONG    target       deploy (arn:aws:iam::123456789012:role/deploy): external-id-not-demanded',
    );
  });

  test('an account of a target is read by the profile that is named by its number', async () => {
    const home = emptyFolder();
    writeFileSync(
      join(home, 'credentials'),
      '[123456789012]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = secret\n',
    );
    const away = STACKS.replace('eu-central-1:123456789012', 'eu-central-1:111122223333');
    const answers = {
      DescribeStacks: away,
      ListStackResources: RESOURCES,
      DescribeAlarms: ALARMS,
      GetRole: TRUSTED,
    };
    const without = await inside(answers, {
      AWS_SHARED_CREDENTIALS_FILE: join(home, 'none'),
      AWS_CONFIG_FILE: join(home, 'none'),
    });
    expect(without.out).toContain('for which there are no credentials');
    expect(without.exits).toBe(4);
    const files = {
      AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
      AWS_CONFIG_FILE: join(home, 'none'),
    };
    const { out, server } = await inside(answers, files);
    expect(out).toContain('WRONG    target       deploy (arn:aws:iam::123456789012:role/deploy): ');
    const ofRole = server.asked.find(({ body }) => body.includes('Action=GetRole'));
    expect(ofRole?.headers.authorization).toContain('Credential=AKIAOTHER/');
  });

  test('nothing is asked but to read', async () => {
    const { server } = await inside({
      DescribeStacks: STACKS,
      ListStackResources: RESOURCES,
      DescribeAlarms: ALARMS,
      GetRole: TRUSTED,
    });
    const actions = server.asked.map(({ body }) => new URLSearchParams(body).get('Action'));
    expect(new Set(actions)).toEqual(
      new Set(['DescribeStacks', 'ListStackResources', 'DescribeAlarms', 'GetRole']),
    );
  });
});

describe('wrong usage is told:', () => {
  test.each([
    ['--region eu-central-1'],
    ['--broker http://sts.acme.example'],
    ['--broker https://sts.acme.example/token'],
  ])('%s', async words => {
    expect((await asked(wordsOf(words))).exits).toBe(64);
  });
});
