import { getAttribute, permitInvoke, type Resources, refer } from '../cloudformation.ts';

/** Runs a function again and again: `name` is that of its resources, and `rate` is an expression of EventBridge's. */
export function createSchedule(name: string, rate: string): Resources {
  const id = `${name}LambdaFunction`;
  return {
    [`${name}Schedule`]: {
      Type: 'AWS::Events::Rule',
      Properties: { ScheduleExpression: rate, Targets: [{ Id: name, Arn: getAttribute(id, 'Arn') }] },
    },
    // The next run is the next attempt. Tried again, one failing run would be three errors.
    [`${name}Attempts`]: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: refer(id),
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
      },
    },
    [`${name}Permission`]: permitInvoke(id, 'events.amazonaws.com', getAttribute(`${name}Schedule`, 'Arn')),
  };
}
