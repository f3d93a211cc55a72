import { describe, expect, test } from 'vitest';
import { createDeployRights } from '../../../infra/rights/deploy.ts';
import { createTemplate } from '../../../infra/template.ts';
import { inputOf, propertiesOf, refusedFor, resourcesFor, statementsOf } from '../../harness/deploy.ts';
import { issuersWithEvents, SOURCE } from '../../harness/job-events.ts';
import { rowsFrom } from '../../harness/policy.ts';

const ASKED = { ground: { rows: rowsFrom(issuersWithEvents()) } };
const resources = resourcesFor(ASKED);

describe('T87: events come', () => {
  test('from the bus of the source, for what is used, of this account and organization', () => {
    expect(propertiesOf(resources, 'EventsRule1')).toEqual({
      EventBusName: SOURCE.source,
      EventPattern: {
        source: [SOURCE.source],
        account: [SOURCE.account],
        'detail-type': ['Job Started', 'Job Finished', 'Job Activated', 'Agent Lost'],
        detail: { organization: { uuid: [SOURCE.organizationId] } },
      },
      Targets: [{ Id: 'Events', Arn: { 'Fn::GetAtt': ['EventsLambdaFunction', 'Arn'] } }],
    });
  });

  test('by that rule alone, and by no other in the account', () => {
    const permissions = Object.entries(resources).filter(
      ([id, { Type }]) => Type === 'AWS::Lambda::Permission' && id.startsWith('Events'),
    );
    expect(permissions.map(([, { Properties }]) => Properties)).toEqual([
      {
        FunctionName: { 'Fn::GetAtt': ['EventsLambdaFunction', 'Arn'] },
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['EventsRule1', 'Arn'] },
      },
    ]);
  });

  test('of each source by a rule of its own', () => {
    const second = `${issuersWithEvents().replace('"\n', `"\n    - { source: aws.partner/buildkite.com/b/1, organization_id: ${SOURCE.organizationId}, account: "${SOURCE.account}" }\n`)}`;
    const made = resourcesFor({ ground: { rows: rowsFrom(second) } });
    const rules = Object.keys(made).filter(id => /^Events(Rule|Permission)/.test(id));
    expect(rules).toEqual(['EventsRule1', 'EventsPermission1', 'EventsRule2', 'EventsPermission2']);
    expect(propertiesOf(made, 'EventsPermission2')['SourceArn']).toEqual({
      'Fn::GetAtt': ['EventsRule2', 'Arn'],
    });
  });

  test('again and again while they cannot be noted', () => {
    expect(propertiesOf(resources, 'EventsAttempts')).toMatchObject({
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 21_600,
    });
  });
});

describe('T89: what hears them', () => {
  const mayBe = (prefix: string): string[] =>
    [...statementsOf(resources)]
      .filter(([name]) => name.startsWith(prefix))
      .map(([, { Sid, Action }]) => `${Sid} ${Action.join()}`);

  test('may write its log and the table, and nothing else: nothing of IAM, and no credential', () => {
    expect(mayBe('EventsRights ')).toEqual([
      'WriteOwnLogs logs:CreateLogStream,logs:PutLogEvents',
      'NoteJobs dynamodb:PutItem',
    ]);
  });

  test('and what issues may look one job up, and never write', () => {
    expect(mayBe('ExchangeRights ').filter(each => each.includes('Jobs'))).toEqual([
      'ReadJobs dynamodb:GetItem',
    ]);
  });
});

test('where no row has events there is nothing of it, and nothing is paid', () => {
  const without = resourcesFor({ ground: { rows: rowsFrom('- preset: buildkite') } });
  expect(Object.keys(without).filter(id => /Events|Job|Approval|DemandsSuspended/.test(id))).toEqual([]);
  expect(createTemplate(inputOf()).functions.events).toBeUndefined();
});

test('what is not believed, and what is suspended, are alarms by lines of their functions', () => {
  expect(propertiesOf(resources, 'EventsRefusedFilter')['LogGroupName']).toEqual({ Ref: 'EventsLogGroup' });
  expect(propertiesOf(resources, 'DemandsSuspendedFilter')['LogGroupName']).toEqual({
    Ref: 'ExchangeLogGroup',
  });
});

test('a bus in another account than the broker’s is refused', () => {
  expect(refusedFor({ ...ASKED, options: { account: '111122223333' } })).toContain(
    'wrong-value serverless.yml custom.kiteSts.account',
  );
  expect(refusedFor({ ...ASKED, options: { account: SOURCE.account } })).toEqual([]);
});

test('T83: whoever deploys may make that rule on that bus, and on no other', () => {
  const input = inputOf({ ...ASKED, options: { account: SOURCE.account } });
  const { Statement } = createDeployRights(input, SOURCE.account);
  const [right] = Statement.filter(({ Sid }) => Sid === 'Schedule');
  expect(right?.Resource).toEqual([
    `arn:aws:events:eu-central-1:${SOURCE.account}:rule/kite-sts-prod-*`,
    `arn:aws:events:eu-central-1:${SOURCE.account}:rule/${SOURCE.source}/kite-sts-prod-*`,
  ]);
});
