import { describe, expect, test } from 'vitest';
import { listNamed } from '../../../infra/preflight/names.ts';
import { runPreflight } from '../../../infra/preflight/preflight.ts';
import { findKept } from '../../../infra/removal.ts';
import { createDeployRights } from '../../../infra/rights/deploy.ts';
import { createTemplate } from '../../../infra/template.ts';
import type { ReadInput } from '../../../lib/aws/account.ts';
import type { JsonObject } from '../../../lib/http/json.ts';
import { inputOf } from '../../harness/deploy.ts';
import { SOURCE } from '../../harness/job-events.ts';
import { blocks, code, read as readPage, rowsOf } from '../../harness/markdown.ts';
import { type Readable, readable } from '../../harness/readable.ts';
import { ACCOUNT, EVERYTHING } from '../../harness/whole.ts';

const PAGE = 'docs/guides/deploy.md';
const ARN = `arn:aws:sts::${ACCOUNT}:assumed-role/deploy-kite-sts/ci`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/teams/deploy-kite-sts`;
const SWITCHES = 'kite-sts-prod-switches';

/** As IAM answers: a result for each action and each resource. */
const simulated =
  (...denied: string[]) =>
  ({ ActionNames }: ReadInput): JsonObject => ({
    IsTruncated: 'false',
    EvaluationResults: (ActionNames as string[]).map(EvalActionName => ({
      EvalActionName,
      EvalDecision: denied.includes(EvalActionName) ? 'implicitDeny' : 'allowed',
    })),
  });

/** An account into which everything can be deployed for the first time. */
const EMPTY: Readable = {
  'sts:GetCallerIdentity': { Account: ACCOUNT, Arn: ARN },
  'cloudformation:DescribeStacks': 'ValidationError: Stack with id kite-sts-prod does not exist',
  'iam:GetRole': ({ RoleName }) =>
    RoleName === 'deploy-kite-sts' ? { Role: { Arn: ROLE } } : 'NoSuchEntity',
  'iam:GetPolicy': 'NoSuchEntity',
  'iam:SimulatePrincipalPolicy': simulated(),
  'dynamodb:DescribeTable': 'ResourceNotFoundException',
  'lambda:GetFunction': 'ResourceNotFoundException',
  'logs:DescribeLogGroups': { logGroups: [] },
  'cloudwatch:GetDashboard': 'ResourceNotFound',
  'apigateway:GET': 'NotFoundException',
  'lambda:GetAccountSettings': {
    AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 },
  },
  'events:DescribeEventBus': { Name: SOURCE.source },
  'acm:DescribeCertificate': {
    Certificate: { Status: 'ISSUED', SubjectAlternativeNames: ['sts.acme.example'] },
  },
  'route53:GetHostedZone': { HostedZone: { Name: 'acme.example.', Config: { PrivateZone: 'false' } } },
};

const whole = inputOf({ ...EVERYTHING, options: { ...EVERYTHING.options, account: ACCOUNT } });

/** What is not ok, as `condition check of`. */
const findingsOf = async (answers: Readable, input = whole): Promise<string[]> =>
  (await runPreflight(input, readable({ ...EMPTY, ...answers })))
    .filter(({ condition }) => condition !== 'ok')
    .map(({ condition, check, of }) => `${condition} ${check} ${of}`);

/** The stack as an earlier deployment left it. */
const standing = (status = 'UPDATE_COMPLETE', more: object[] = []): Readable => ({
  'cloudformation:DescribeStacks': { Stacks: [{ StackStatus: status }] },
  'cloudformation:ListStackResources': {
    StackResourceSummaries: [{ LogicalResourceId: 'ExchangeRole', PhysicalResourceId: 'r' }, ...more],
  },
});

const table = (KeySchema: object[], TableStatus = 'ACTIVE'): Readable => ({
  'dynamodb:DescribeTable': { Table: { KeySchema, TableStatus } },
});
const OURS = [{ AttributeName: 'switch', KeyType: 'HASH' }];
const certificate = (more: object): Readable => ({
  'acm:DescribeCertificate': { Certificate: { Status: 'ISSUED', DomainName: 'sts.acme.example', ...more } },
});
const zone = (HostedZone: object): Readable => ({ 'route53:GetHostedZone': { HostedZone } });
const account = (whole: number, free: number): Readable => ({
  'lambda:GetAccountSettings': {
    AccountLimit: { ConcurrentExecutions: whole, UnreservedConcurrentExecutions: free },
  },
});
const elsewhere = inputOf({
  options: { alarms: { snsTopicArn: 'arn:aws:sns:us-east-1:123456789012:alarms' } },
});
const reserving = inputOf({ options: { reservedConcurrency: 500 } });

const WRONG_CERTIFICATE = `wrong domain ${EVERYTHING.options.domain.certificateArn}`;
const WRONG_ZONE = `wrong domain ${EVERYTHING.options.domain.hostedZoneId}`;
const OTHER_TABLE = [{ AttributeName: 'id', KeyType: 'HASH' }];
/** The log groups that there are, of those whose names begin as is asked for. */
const logGroups = (find: (asked: string) => string[]): Readable => ({
  'logs:DescribeLogGroups': ({ logGroupNamePrefix }) => ({
    logGroups: find(String(logGroupNamePrefix)).map(logGroupName => ({ logGroupName })),
  }),
});
const caller = (Arn: string, Account = ACCOUNT): Readable => ({ 'sts:GetCallerIdentity': { Account, Arn } });
const forbids = (action: string): Readable => ({ 'iam:SimulatePrincipalPolicy': simulated(action) });

describe('the preflight finds', () => {
  test.each<[name: string, answers: Readable, found: string, input?: typeof whole]>([
    ['nothing in an account that is empty', {}, ''],
    ['nothing where all of it is there already', { ...standing(), ...account(1000, 500) }, ''],
    ['another account', caller(ARN, '999999999999'), `wrong identity ${ARN}`],
    [
      'nobody, and asks nothing else',
      { 'sts:GetCallerIdentity': 'InvalidClientTokenId' },
      'unknown identity eu-central-1',
    ],
    ...['ROLLBACK_COMPLETE', 'DELETE_FAILED', 'UPDATE_ROLLBACK_FAILED', 'UPDATE_IN_PROGRESS'].map(
      (status): [string, Readable, string] => [
        `a stack that is ${status}`,
        standing(status),
        'wrong stack kite-sts-prod, unknown names all',
      ],
    ),
    [
      'a right that is not allowed, before anything is there',
      forbids('dynamodb:CreateTable'),
      'wrong rights Tables',
    ],
    [
      'one with a stack that does without, which stops nothing',
      { ...standing(), ...table(OURS), ...forbids('dynamodb:CreateTable') },
      'unknown rights Tables',
    ],
    [
      'that nobody may ask for rights',
      { 'iam:SimulatePrincipalPolicy': 'AccessDenied' },
      `unknown rights ${ROLE}`,
    ],
    [
      'that IAM does not know one question, and asks the others',
      {
        'iam:SimulatePrincipalPolicy': asked =>
          (asked['ActionNames'] as string[]).includes('s3:CreateBucket')
            ? 'InvalidInput'
            : simulated('kms:CreateKey')(asked),
      },
      'wrong rights Look, unknown rights Bucket',
    ],
    [
      'that the root of the account deploys',
      caller(`arn:aws:iam::${ACCOUNT}:root`),
      `unknown rights arn:aws:iam::${ACCOUNT}:root`,
    ],
    [
      'a function of this name that is not of this stack',
      {
        'lambda:GetFunction': ({ FunctionName }) =>
          FunctionName === 'kite-sts-prod-exchange' ? {} : 'ResourceNotFoundException',
      },
      'wrong names kite-sts-prod-exchange',
    ],
    [
      'a log of a function that was removed',
      logGroups(name => (name.endsWith('-discovery') ? [name] : [])),
      'wrong names /aws/lambda/kite-sts-prod-discovery',
    ],
    ['no table of a longer name', logGroups(name => [`${name}-2`]), ''],
    ['nothing about a table that was kept, and is ours', table(OURS), ''],
    ['a table of somebody else', table(OTHER_TABLE), `wrong names ${SWITCHES}`],
    ['a table that is about to go', table(OURS, 'DELETING'), `wrong names ${SWITCHES}`],
    [
      'that a name may not be asked',
      { 'dynamodb:DescribeTable': 'AccessDeniedException' },
      `unknown names ${SWITCHES}`,
    ],
    ['more concurrency than can be set aside', account(1000, 550), 'wrong concurrency lambda', reserving],
    ['as much as can be', account(1000, 600), '', reserving],
    ['a new account', account(10, 10), 'unknown concurrency lambda', inputOf()],
    ['a topic in another region', {}, 'wrong region custom.kiteSts.alarms.snsTopicArn', elsewhere],
    ['a certificate that waits', certificate({ Status: 'PENDING_VALIDATION' }), WRONG_CERTIFICATE],
    ['one for another name', certificate({ DomainName: 'other.acme.example' }), WRONG_CERTIFICATE],
    ['nothing about one with a wildcard', certificate({ DomainName: '*.acme.example' }), ''],
    ['one whose wildcard is a label too high', certificate({ DomainName: '*.example' }), WRONG_CERTIFICATE],
    ['no certificate', { 'acm:DescribeCertificate': 'ResourceNotFoundException' }, WRONG_CERTIFICATE],
    ['a zone of another domain', zone({ Name: 'me.example.' }), WRONG_ZONE],
    ['a private zone', zone({ Name: 'acme.example.', Config: { PrivateZone: 'true' } }), WRONG_ZONE],
    ['no zone', { 'route53:GetHostedZone': 'NoSuchHostedZone' }, WRONG_ZONE],
    [
      'a source of events that nobody gave its bus',
      { 'events:DescribeEventBus': 'ResourceNotFoundException' },
      `wrong buses ${SOURCE.source}`,
    ],
    [
      'that a bus may not be asked for',
      { 'events:DescribeEventBus': 'AccessDeniedException' },
      `unknown buses ${SOURCE.source}`,
    ],
    ['no bus where no row has events', {}, '', inputOf()],
  ])('%s', async (_name, answers, found, input = whole) => {
    expect((await findingsOf(answers, input)).join(', ')).toBe(found);
  });

  test('that an answer is odd, and goes on', async () => {
    const odd: Readable = {
      'lambda:GetAccountSettings': {},
      'acm:DescribeCertificate': {},
      'iam:GetRole': {},
    };
    const found = await findingsOf(odd);
    expect(found).toEqual(expect.arrayContaining(['unknown look checkDomain']));
    expect(found.filter(each => /^wrong (rights|concurrency|domain)/.test(each))).toEqual([]);
  });

  test('nothing that is wrong, where it may ask nothing but who deploys', async () => {
    const read = readable(caller(ARN));
    const found = await runPreflight(whole, read);
    expect(found.filter(({ condition }) => condition === 'wrong')).toEqual([]);
    expect(new Set(found.map(({ check }) => check))).toEqual(
      new Set(['identity', 'stack', 'region', 'rights', 'names', 'concurrency', 'domain', 'buses']),
    );
  });
});

test('what is wrong says what to do', async () => {
  const found = await runPreflight(
    whole,
    readable({ ...EMPTY, ...table([]), 'route53:GetHostedZone': 'NoSuchHostedZone' }),
  );
  const wrong = found.filter(({ condition }) => condition === 'wrong');
  expect(wrong).toHaveLength(2);
  for (const { mend } of wrong) expect(mend).toBeTruthy();
});

test('each thing that outlives its stack by a name of ours is looked for, and taken on', () => {
  const kept = listNamed(whole)
    .filter(each => each.kept)
    .map(({ name }) => name);
  expect(kept.sort()).toEqual([
    '/aws/lambda/kite-sts-prod-authorizer',
    '/aws/lambda/kite-sts-prod-exchange',
    SWITCHES,
  ]);
  expect(findKept(createTemplate(whole).resources.Resources)).toEqual(
    expect.arrayContaining(['SwitchTable', 'ExchangeLogGroup', 'AuthorizerLogGroup']),
  );
});

test('with a role of the deployment’s own, its rights count, but for what the framework asks by itself', async () => {
  const deploymentRole = `arn:aws:iam::${ACCOUNT}:role/cloudformation`;
  const sourcesOf = async (provider: object) => {
    const read = readable(EMPTY);
    const found = await runPreflight(inputOf({ provider }), read);
    const asked = read.asked.filter(([right]) => right === 'iam:SimulatePrincipalPolicy');
    const sources = asked.map(([, { PolicySourceArn }]) => PolicySourceArn);
    return { sources, unknown: found.filter(({ condition }) => condition === 'unknown').length };
  };
  for (const provider of [{ iam: { deploymentRole } }, { cfnRole: deploymentRole }]) {
    const { sources } = await sourcesOf(provider);
    expect(sources.slice(0, 4)).toEqual([ROLE, ROLE, ROLE, ROLE]);
    expect(new Set(sources.slice(4))).toEqual(new Set([deploymentRole]));
  }
  const named = await sourcesOf({ iam: { deploymentRole: { 'Fn::ImportValue': 'role' } } });
  expect(new Set(named.sources)).toEqual(new Set([ROLE]));
  expect(named.unknown).toBeGreaterThan(10);
});

test('IAM is asked about the role itself, one name of each pattern, and a boundary only where there is one', async () => {
  const askedOf = async (input: typeof whole) => {
    const read = readable(EMPTY);
    await runPreflight(input, read);
    return read.asked.filter(([right]) => right === 'iam:SimulatePrincipalPolicy').map(([, each]) => each);
  };
  const asked = await askedOf(whole);
  expect(new Set(asked.map(({ PolicySourceArn }) => PolicySourceArn))).toEqual(new Set([ROLE]));
  expect(JSON.stringify(asked.map(({ ResourceArns }) => ResourceArns))).not.toContain('*');
  expect(JSON.stringify(asked)).toContain('iam:PermissionsBoundary');
  expect(JSON.stringify(await askedOf(inputOf()))).not.toContain('iam:PermissionsBoundary');
});

describe('the guide has', () => {
  const rows = rowsOf(PAGE, 'look').map(([look = '', , right = '']) => [code(look), right] as const);

  test('a row for each look, in their order', async () => {
    const found = await runPreflight(whole, readable(EMPTY));
    expect(rows.map(([look]) => look)).toEqual([...new Set(found.map(({ check }) => check))]);
  });

  test('each right that is asked for beyond those of a deployment, and a policy of them', async () => {
    const read = readable(EMPTY);
    await runPreflight(whole, read);
    const given = createDeployRights(whole, ACCOUNT).Statement.flatMap(({ Action }) => Action);
    const beyond = read.asked.map(([right]) => right).filter(right => !given.includes(right));
    const needed = new Set([...beyond, 'iam:GetRole'].filter(right => right !== 'sts:GetCallerIdentity'));
    const named = rows.flatMap(([, right]) =>
      [...right.matchAll(/`([a-z\d]+:\w+)`/g)].map(([, each]) => each),
    );
    const shown = blocks(readPage(PAGE)).find(({ words }) => words.includes('preflight-policy'));
    const { Statement } = JSON.parse(shown?.text ?? '') as { Statement: { Action: string[] }[] };
    expect(new Set(named)).toEqual(needed);
    expect(new Set(Statement.flatMap(({ Action }) => Action))).toEqual(needed);
  });
});
