import { describe, expect, test } from 'vitest';
import { findKept } from '../../infra/removal.ts';
import { createTemplate } from '../../infra/template.ts';
import type { Deployment } from '../../lib/doctor/inside/examined.ts';
import { KEPT_TABLES } from '../../lib/doctor/inside/tables.ts';
import { examineInside } from '../../lib/doctor/inside.ts';
import type { JsonObject } from '../../lib/http/json.ts';
import { inputOf } from '../harness/deploy.ts';
import { configFrom, ROLES } from '../harness/local.ts';
import { code, rowsOf } from '../harness/markdown.ts';
import { AUDIENCE } from '../harness/policy.ts';
import { type Readable, readable } from '../harness/readable.ts';
import { ACCOUNT, EVERYTHING } from '../harness/whole.ts';

const STACK = 'kite-sts-prod';
const FUNCTION = 'kite-sts-prod-exchange';
const SEALED = 'kite-sts-prod-SealedKeyTable-N';
const NOW = Date.parse('2026-12-01T12:00:00Z') / 1000;
const BROKER = `arn:aws:iam::${ACCOUNT}:role/kite-sts-prod-eu-central-1-exchange`;
const TRUST = ROLES.publish.split('jwt:')[0];
const [APP, OTHER_APP] = ['Iv23liAbCdEf', 'Iv23liGhIjKl'];
const APP_KEY = `arn:aws:kms:eu-central-1:${ACCOUNT}:key/app`;
const APP_SECRET = `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:app-AbCdEf`;
const TARGET = `arn:aws:iam::${ACCOUNT}:role/deploy`;
const FEDERATED = `arn:aws:iam::${ACCOUNT}:role/ci/federated`;
const AWAY = 'arn:aws:iam::222222222222:role/deploy';
const ISSUER = new URL(AUDIENCE).hostname;
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`;

/** What an account is asked, as often as it is named here. */
const STACKS = 'cloudformation:DescribeStacks';
const TABLE = 'dynamodb:DescribeTable';
const BACKUPS = 'dynamodb:DescribeContinuousBackups';
const ALARMS = 'cloudwatch:DescribeAlarms';
const SECRET = 'secretsmanager:DescribeSecret';
const OIDC = 'iam:GetOpenIDConnectProvider';

const config = configFrom({
  deploy: `${TRUST}aws: { role_arn: "${TARGET}" }\n`,
  hub: `${TRUST}    scopes: [read]\ngithub: { app: ${APP}, owner: acme, repositories: [web], permissions: { read: { contents: read } } }\n`,
  kite: `${TRUST}    scopes: [read]\ngithub: { app: ${OTHER_APP}, owner: acme, repositories: [web], permissions: { read: { contents: read } } }\n`,
  federated: `${TRUST}aws: { role_arn: "${FEDERATED}", via: web_identity }\n`,
});
const elsewhere = configFrom({ away: `${TRUST}aws: { role_arn: "${AWAY}" }\n` });

const resource = (LogicalResourceId: string, type: string, PhysicalResourceId: string) => ({
  LogicalResourceId,
  ResourceType: `AWS::${type}`,
  PhysicalResourceId,
});
const RESOURCES = [
  resource('ExchangeLambdaFunction', 'Lambda::Function', FUNCTION),
  resource('SwitchTable', 'DynamoDB::Table', 'kite-sts-prod-switches'),
  resource('SpentTable', 'DynamoDB::Table', 'kite-sts-prod-SpentTable-N'),
  resource('SealedKeyTable', 'DynamoDB::Table', SEALED),
  resource('FirstSigningKey', 'KMS::Key', 'k-1'),
  resource('ExchangeErrorsAlarm', 'CloudWatch::Alarm', 'kite-sts-prod-ExchangeErrorsAlarm-N'),
];

/** As IAM shows a role. */
const role = (Arn: string, Statement: object[]) => ({
  Role: {
    Arn,
    MaxSessionDuration: '43200',
    AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement })),
  },
});
const assumed = (AWS: string, externalId = 'kite-sts:tested') => ({
  Effect: 'Allow',
  Principal: { AWS },
  Action: ['sts:AssumeRole'],
  Condition: { StringEquals: { 'sts:ExternalId': externalId } },
});
const beside = {
  Effect: 'Allow',
  Principal: { AWS: BROKER },
  Action: ['sts:SetSourceIdentity', 'sts:TagSession'],
};
const federated = (condition: object) => ({
  Effect: 'Allow',
  Principal: { Federated: PROVIDER },
  Action: ['sts:AssumeRoleWithWebIdentity', 'sts:SetSourceIdentity', 'sts:TagSession'],
  Condition: { StringEquals: condition },
});
const RIGHT = role(TARGET, [assumed(BROKER), beside]);
const RIGHT_FEDERATED = role(FEDERATED, [
  federated({ [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: 'role:tested' }),
]);

const roles = (
  deploy: JsonObject | string = RIGHT,
  other: JsonObject | string = RIGHT_FEDERATED,
): Readable => ({
  'iam:GetRole': ({ RoleName }) => (RoleName === 'deploy' ? deploy : other),
});
const alarm = (more: object = {}) => ({
  AlarmName: 'kite-sts-prod-ExchangeErrorsAlarm-N',
  AlarmDescription: 'errors of the function Exchange',
  StateValue: 'OK',
  ActionsEnabled: 'true',
  ...more,
});
const alarms = (...MetricAlarms: object[]): Readable => ({ [ALARMS]: { MetricAlarms } });

const lambda = (more: object, keys = `${APP}=${APP_KEY},${OTHER_APP}=${APP_SECRET}`): Readable => ({
  'lambda:GetFunction': {
    Configuration: {
      State: 'Active',
      LastUpdateStatus: 'Successful',
      Environment: { Variables: { KITE_STS_APP_KEYS: keys } },
      ...more,
    },
  },
});
const STACK_ID = `arn:aws:cloudformation:eu-central-1:${ACCOUNT}:stack/kite-sts-prod/id`;
const OUTPUTS = [{ OutputKey: 'ExchangeRoleArn', OutputValue: BROKER }];
const status = (StackStatus: string, Outputs: object[] | string = OUTPUTS): Readable => ({
  [STACKS]: { Stacks: [{ StackId: STACK_ID, StackStatus, Outputs }] },
});
const tables = (Table: object): Readable => ({ [TABLE]: { Table } });

/** Of one key of KMS this is said; of the others, that they are well. */
const kms = (said: JsonObject | string, id = 'k-1'): Readable => ({
  'kms:DescribeKey': ({ KeyId }) =>
    KeyId === id ? said : { KeyMetadata: { KeyState: 'Enabled', CreationDate: NOW - 864_000 } },
});

/** An account with a deployment that is well. */
const WELL: Readable = {
  ...status('UPDATE_COMPLETE'),
  'cloudformation:ListStackResources': { StackResourceSummaries: RESOURCES },
  ...tables({ TableStatus: 'ACTIVE', DeletionProtectionEnabled: true }),
  [BACKUPS]: {
    ContinuousBackupsDescription: {
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' },
    },
  },
  'dynamodb:Scan': { Items: [{ day: { S: '2026-12-01' } }, { day: { S: '2026-12-04' } }] },
  ...alarms(alarm()),
  ...kms('', 'none'),
  ...lambda({}),
  [SECRET]: { Name: 'app' },
  ...roles(),
  [OIDC]: { ClientIDList: ['sts.amazonaws.com'] },
};

const examined = (answers: Readable, more: Partial<Deployment> = {}) =>
  examineInside({
    config,
    stack: STACK,
    region: 'eu-central-1',
    also: [],
    read: readable({ ...WELL, ...answers }),
    readIn: async () => undefined,
    now: NOW,
    ...more,
  });

/** What is not ok, as `condition check of`. */
async function findingsOf(answers: Readable, more: Partial<Deployment> = {}): Promise<string[]> {
  const found = await examined(answers, more);
  return found
    .filter(({ condition }) => condition !== 'ok')
    .map(({ condition, check, of }) => `${condition} ${check} ${of}`);
}

const everyTable = (condition: string) =>
  RESOURCES.filter(({ ResourceType }) => ResourceType.endsWith('Table')).map(
    ({ PhysicalResourceId }) => `${condition} table ${PhysicalResourceId}`,
  );
const key = (KeyState: string, id = 'k-1'): Readable =>
  kms({ KeyMetadata: { KeyState, CreationDate: NOW } }, id);
const days = (...all: string[]): Readable => ({ 'dynamodb:Scan': { Items: all.map(S => ({ day: { S } })) } });
const OF_TARGET = `target deploy (${TARGET})`;
const OF_FEDERATED = `target federated (${FEDERATED})`;

describe('from inside', () => {
  test('a deployment that is well has nothing wrong, and every look says so', async () => {
    const found = await examined({});
    expect(found.filter(({ condition }) => condition !== 'ok')).toEqual([]);
    const rows = rowsOf('docs/reference/cli-operate.md', 'look').map(([look = '']) => code(look));
    const inside = rows.slice(rows.indexOf('stack'));
    expect([...new Set(found.map(({ check }) => check))]).toEqual(inside);
    expect(rowsOf('docs/guides/operate.md', 'look inside').map(([look = '']) => code(look))).toEqual(inside);
  });

  test.each<[name: string, answers: Readable, ...found: string[]]>([
    ['no stack', { [STACKS]: 'ValidationError: Stack with id x does not exist' }, `wrong stack ${STACK}`],
    ['a stack that may not be read', { [STACKS]: 'AccessDenied' }, `unknown stack ${STACK}`],
    ['a deployment that failed', status('UPDATE_ROLLBACK_COMPLETE'), `wrong stack ${STACK}`],
    ['a deployment that is stuck', status('UPDATE_ROLLBACK_FAILED'), `wrong stack ${STACK}`],
    ['no output of whom targets must trust', status('UPDATE_COMPLETE', ''), 'unknown target all'],
    ['a deployment that goes on', status('UPDATE_IN_PROGRESS'), `unknown stack ${STACK}`],
    ['tables that are gone', { [TABLE]: 'ResourceNotFoundException' }, ...everyTable('wrong')],
    ['tables that go', tables({ TableStatus: 'DELETING' }), ...everyTable('wrong')],
    ['tables that may not be read', { [TABLE]: 'AccessDeniedException' }, ...everyTable('unknown')],
    [
      'a table that anybody may delete',
      tables({ TableStatus: 'ACTIVE', DeletionProtectionEnabled: false }),
      'wrong table kite-sts-prod-switches',
    ],
    [
      'a table without backups',
      { [BACKUPS]: { ContinuousBackupsDescription: {} } },
      'wrong table kite-sts-prod-switches (backups)',
    ],
    [
      'backups that may not be read',
      { [BACKUPS]: 'AccessDeniedException' },
      'unknown table kite-sts-prod-switches (backups)',
    ],
    ['an alarm that rings', alarms(alarm({ StateValue: 'ALARM' })), 'wrong alarm ExchangeErrorsAlarm'],
    [
      'an alarm that is silenced',
      alarms(alarm({ ActionsEnabled: 'false' })),
      'wrong alarm ExchangeErrorsAlarm',
    ],
    ['an alarm that is gone', { [ALARMS]: { MetricAlarms: '' } }, 'wrong alarm all'],
    [
      'no alarm of another stack',
      alarms(alarm(), alarm({ AlarmName: 'kite-sts-prod-2-X', StateValue: 'ALARM' })),
    ],
    ['alarms that may not be read', { [ALARMS]: 'AccessDenied' }, 'unknown alarm all'],
    ['a key that is switched off', key('Disabled'), 'wrong key FirstSigningKey'],
    ['a key that is about to go', key('PendingDeletion'), 'wrong key FirstSigningKey'],
    ['a key that is gone', kms('NotFoundException'), 'wrong key FirstSigningKey'],
    ['a key that may not be read', kms('AccessDeniedException'), 'unknown key FirstSigningKey'],
    [
      'a function that does not start',
      lambda({ State: 'Failed', StateReason: 'the subnet is gone' }),
      `wrong function ${FUNCTION}`,
    ],
    ['a function that was not updated', lambda({ LastUpdateStatus: 'Failed' }), `wrong function ${FUNCTION}`],
    ['nothing about a function that rests', lambda({ State: 'Inactive' })],
    [
      'a function that is gone',
      { 'lambda:GetFunction': 'ResourceNotFoundException' },
      `wrong function ${FUNCTION}`,
      'unknown app-key all',
    ],
    [
      'a function that may not be read',
      { 'lambda:GetFunction': 'AccessDeniedException' },
      `unknown function ${FUNCTION}`,
      'unknown app-key all',
    ],
    ['an app without a key', lambda({}, `${APP}=${APP_KEY}`), `wrong app-key ${OTHER_APP}`],
    ['an app whose key is switched off', key('Disabled', APP_KEY), `wrong app-key ${APP}`],
    ['an app whose key is about to go', key('PendingDeletion', APP_KEY), `wrong app-key ${APP}`],
    ['an app whose key is gone', kms('NotFoundException', APP_KEY), `wrong app-key ${APP}`],
    ['an app whose key may not be read', kms('AccessDeniedException', APP_KEY), `unknown app-key ${APP}`],
    ['an app whose secret is about to go', { [SECRET]: { DeletedDate: NOW } }, `wrong app-key ${OTHER_APP}`],
    ['an app whose secret is gone', { [SECRET]: 'ResourceNotFoundException' }, `wrong app-key ${OTHER_APP}`],
    [
      'an app whose secret may not be read',
      { [SECRET]: 'AccessDeniedException' },
      `unknown app-key ${OTHER_APP}`,
    ],
    ['no sealed key', days(), `wrong sealed-key ${SEALED}`],
    ['sealed keys that are old', days('2026-11-29', '2026-11-30'), `wrong sealed-key ${SEALED}`],
    [
      'sealed keys that may not be read',
      { 'dynamodb:Scan': 'AccessDeniedException' },
      `unknown sealed-key ${SEALED}`,
    ],
    ['a target that is not there', roles('NoSuchEntity'), `wrong ${OF_TARGET}`],
    [
      'a target of another path',
      roles(role(`arn:aws:iam::${ACCOUNT}:role/x/deploy`, [])),
      `wrong ${OF_TARGET}`,
    ],
    [
      'a target that trusts somebody else',
      roles(role(TARGET, [assumed(`${BROKER}-2`)])),
      `wrong ${OF_TARGET}`,
      `wrong ${OF_TARGET}`,
    ],
    [
      'a target with another ExternalId',
      roles(role(TARGET, [assumed(BROKER, 'kite-sts:other'), beside])),
      `wrong ${OF_TARGET}`,
    ],
    ['a target that may not be read', roles('AccessDenied'), `unknown target ${TARGET}`],
    [
      'a target that cannot be read',
      roles({ Role: { Arn: TARGET, AssumeRolePolicyDocument: '%7B' } }),
      `unknown target ${TARGET}`,
    ],
    [
      'a target via web_identity that any role of the broker gets',
      roles(RIGHT, role(FEDERATED, [federated({ [`${ISSUER}:aud`]: 'sts.amazonaws.com' })])),
      `wrong ${OF_FEDERATED}`,
    ],
    ['no OIDC provider', { [OIDC]: 'NoSuchEntity' }, `wrong oidc-provider ${PROVIDER}`],
    [
      'an OIDC provider for somebody else',
      { [OIDC]: { ClientIDList: ['other'] } },
      `wrong oidc-provider ${PROVIDER}`,
    ],
    [
      'an OIDC provider that may not be read',
      { [OIDC]: 'AccessDenied' },
      `unknown oidc-provider ${PROVIDER}`,
    ],
  ])('%s is found', async (_name, answers, ...found) => {
    expect(await findingsOf(answers)).toEqual(found);
  });

  test('a target of another account is read by what there is for that account', async () => {
    expect(await findingsOf({}, { config: elsewhere })).toEqual([`unknown target ${AWAY}`]);
    const asked: string[] = [];
    const readIn: Deployment['readIn'] = async account => {
      asked.push(account);
      return readable({ 'iam:GetRole': role(AWAY, [assumed(BROKER, 'kite-sts:tested'), beside]) });
    };
    expect(await findingsOf({}, { config: elsewhere, readIn })).toEqual([]);
    expect(asked).toEqual(['222222222222']);
  });

  test('whoever may stand beside the broker is named', async () => {
    const person = 'arn:aws:iam::222222222222:role/break-glass';
    const answers = roles(role(TARGET, [assumed(BROKER), beside, assumed(person)]));
    expect(await findingsOf(answers)).toEqual([`wrong ${OF_TARGET}`]);
    expect(await findingsOf(answers, { also: [person] })).toEqual([]);
  });

  test('what is wrong says what to do, and nothing that was read goes into it but names', async () => {
    const found = await examined({
      ...roles('NoSuchEntity'),
      ...kms('NotFoundException'),
      [ALARMS]: { MetricAlarms: '' },
      'dynamodb:Scan': { Items: [] },
    });
    const wrong = found.filter(({ condition }) => condition === 'wrong');
    expect(wrong).toHaveLength(4);
    for (const { mend } of wrong) expect(mend).toBeTruthy();
  });

  test('each right that is asked for is in the guide, and no other', async () => {
    const read = readable(WELL);
    await examined({}, { read });
    const rows = rowsOf('docs/guides/operate.md', 'look inside');
    const named = rows.flatMap(([, right = '']) =>
      [...right.matchAll(/`([a-z]+:\w+)`/g)].map(([, each]) => each),
    );
    expect(new Set(named)).toEqual(new Set(read.asked.map(([right]) => right)));
    expect(named.filter(each => !/:(Describe|List|Get|Scan)/.test(each ?? ''))).toEqual([]);
  });
});

test('the tables that must be protected are those that outlive their stack', () => {
  const { Resources } = createTemplate(inputOf(EVERYTHING)).resources;
  const kept = findKept(Resources).filter(id => Resources[id]?.Type === 'AWS::DynamoDB::Table');
  expect([...KEPT_TABLES].sort()).toEqual(kept);
});
