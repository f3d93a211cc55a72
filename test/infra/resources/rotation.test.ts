import { expect, test } from 'vitest';
import { NOT_USED } from '../../../infra/resources/rotation.ts';
import { propertiesOf, resourcesFor, templateFor } from '../../harness/deploy.ts';
import { readFilter } from '../../harness/filter.ts';
import { testKms } from '../../harness/kms.ts';
import { DAY, deployment, MIDNIGHT } from '../../harness/sealed.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:oncall';
const OPTIONS = { signing: 'sealed', alarms: { snsTopicArn: TOPIC }, logRetentionDays: 30 };
const resources = resourcesFor({ options: OPTIONS });
function arn(id: string) {
  return { 'Fn::GetAtt': [id, 'Arn'] };
}

test('the function is deployed with sealed keys alone, after its rights, and with no door', () => {
  expect(templateFor().functions.rotation).toBeUndefined();
  expect(templateFor({ options: OPTIONS }).functions.rotation).toMatchObject({
    role: { 'Fn::Sub': '${RotationRole.Arn}' },
    dependsOn: ['RotationRights'],
  });
  expect(JSON.stringify(propertiesOf(resources, 'RotationPermission'))).not.toContain('apigateway');
});

test('every function is told where the keys are', () => {
  const { exchange, discovery, rotation } = templateFor({ options: OPTIONS }).functions;
  for (const each of [exchange, discovery, rotation])
    expect(each?.environment).toMatchObject({
      KITE_STS_SEALED_KEYS: { Ref: 'SealedKeyTable' },
      KITE_STS_SEALING_KEY: arn('SealingKey'),
    });
});

test('it runs every hour, called by its own schedule alone', () => {
  expect(propertiesOf(resources, 'RotationSchedule')).toEqual({
    ScheduleExpression: 'rate(1 hour)',
    Targets: [{ Id: 'Rotation', Arn: arn('RotationLambdaFunction') }],
  });
  expect(propertiesOf(resources, 'RotationPermission')).toEqual({
    FunctionName: arn('RotationLambdaFunction'),
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn: arn('RotationSchedule'),
  });
});

test('its log is kept as long as the others', () => {
  expect(propertiesOf(resources, 'RotationLogGroup')).toEqual({ RetentionInDays: 30 });
});

test.each([
  { id: 'RotationErrorsAlarm', properties: { MetricName: 'Errors', TreatMissingData: 'notBreaching' } },
  {
    id: 'RotationMissedAlarm',
    properties: {
      MetricName: 'Invocations',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      Period: 10_800,
    },
  },
  { id: 'SealedKeyNotUsedAlarm', properties: { MetricName: 'SealedKeyNotUsed', Threshold: 1 } },
])('$id tells the topic', ({ id, properties }) => {
  expect(propertiesOf(resources, id)).toMatchObject({
    ...properties,
    AlarmActions: [TOPIC],
    OKActions: [TOPIC],
  });
});

test('a sealed key that could not be used is counted in what the exchange writes', async () => {
  const kms = await testKms();
  const broker = deployment(kms);
  await broker.rotate();
  broker.at(MIDNIGHT + 2 * DAY);
  const theirs = { ...broker.store, findSealed: async () => undefined };
  await broker.process(0, { store: theirs }).sign('JWT', {});
  await broker.process(0, { store: { ...theirs, listCertificates: async () => ['theirs'] } }).sign('JWT', {});
  const counts = readFilter(NOT_USED);
  expect(broker.reported.map(what => counts(JSON.stringify({ what })))).toEqual([true, true]);
});
