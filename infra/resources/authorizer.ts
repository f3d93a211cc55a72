import type { DeployOptions } from '../options.ts';
import { alarm, ofFunction } from './alarms.ts';
import { attribute, type Outputs, policy, type Resources } from './cloudformation.ts';
import { evidenceGroup } from './logs.ts';
import { rights, role, writeLogs } from './roles.ts';

/** In seconds: longer than its wait for keys (2 s), shorter than the gateway's for an authorizer (10 s): D18. */
export const AUTHORIZER_TIMEOUT = 8;

const watched = {
  AuthorizerErrors: ofFunction('Authorizer', 'Errors'),
  AuthorizerThrottles: ofFunction('Authorizer', 'Throttles'),
};

/** What the function in front of registries may do, which is to write its log, and what tells when it cannot answer. */
export const authorizer = ({ logRetentionDays, alarms: { snsTopicArn } }: DeployOptions): Resources => ({
  AuthorizerRole: role(),
  AuthorizerRights: rights('AuthorizerRole', 'Authorizer', policy(writeLogs('AuthorizerLogGroup'))),
  AuthorizerLogGroup: evidenceGroup(logRetentionDays),
  ...Object.fromEntries(
    Object.entries(watched).map(([id, each]) => [`${id}Alarm`, alarm(each, snsTopicArn)]),
  ),
});

export const authorizerOutputs: Outputs = {
  AuthorizerArn: {
    Description: 'What stands in front of registries: AuthorizerArn of kite-sts-registry.yml',
    Value: attribute('AuthorizerLambdaFunction', 'Arn'),
  },
};
