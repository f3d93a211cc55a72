import { attribute, type Resources, ref } from '../cloudformation.ts';

/** Runs a function again and again: `name` is that of its resources, and `rate` is an expression of EventBridge's. */
export function schedule(name: string, rate: string): Resources {
  return {
    [`${name}Schedule`]: {
      Type: 'AWS::Events::Rule',
      Properties: {
        ScheduleExpression: rate,
        Targets: [{ Id: name, Arn: attribute(`${name}LambdaFunction`, 'Arn') }],
      },
    },
    // The next run is the next attempt. Tried again, one failing run would be three errors.
    [`${name}Attempts`]: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: ref(`${name}LambdaFunction`),
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
      },
    },
    [`${name}Permission`]: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: attribute(`${name}LambdaFunction`, 'Arn'),
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: attribute(`${name}Schedule`, 'Arn'),
      },
    },
  };
}
