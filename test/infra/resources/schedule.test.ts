import { expect, test } from 'vitest';
import { createSchedule } from '../../../infra/resources/schedule.ts';

test('a function is run by its own schedule, which alone may invoke it, and a run is one attempt', () => {
  expect(createSchedule('Clock', 'rate(1 hour)')).toEqual({
    ClockSchedule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        ScheduleExpression: 'rate(1 hour)',
        Targets: [{ Id: 'Clock', Arn: { 'Fn::GetAtt': ['ClockLambdaFunction', 'Arn'] } }],
      },
    },
    ClockAttempts: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: { Ref: 'ClockLambdaFunction' },
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
      },
    },
    ClockPermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { 'Fn::GetAtt': ['ClockLambdaFunction', 'Arn'] },
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['ClockSchedule', 'Arn'] },
      },
    },
  });
});
