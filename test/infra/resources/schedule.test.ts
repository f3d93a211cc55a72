import { expect, test } from 'vitest';
import { schedule } from '../../../infra/resources/schedule.ts';

test('a function is run by its own schedule, which alone may invoke it', () => {
  expect(schedule('Clock', 'rate(1 hour)')).toEqual({
    ClockSchedule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        ScheduleExpression: 'rate(1 hour)',
        Targets: [{ Id: 'Clock', Arn: { 'Fn::GetAtt': ['ClockLambdaFunction', 'Arn'] } }],
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
