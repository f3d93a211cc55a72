import type { Config } from '../../lib/config/load.ts';
import { getAttribute, type Outputs, type Resources } from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import { COPY_PATTERNS, createMetricFilter, watchEach, watchFunction } from './alarms.ts';
import { listIssuerKeyRights, needsFetchedKeys } from './issuers.ts';
import { mayPublish } from './keys.ts';
import { createEvidenceGroup } from './logs.ts';
import { createFunctionRole } from './roles.ts';
import { publishSealed } from './sealing.ts';
import { readSwitches } from './switches.ts';

/** In seconds: longer than its wait for keys (4 s) and switches (2 s), shorter than the gateway's for an authorizer (10 s): D18. */
export const AUTHORIZER_TIMEOUT = 8;

const watched = {
  AuthorizerErrors: watchFunction('Authorizer', 'Errors'),
  AuthorizerThrottles: watchFunction('Authorizer', 'Throttles'),
};

/** It reads the shared key sets as the exchange does, and says so in a log of its own. */
function createCopyFilters(): Resources {
  return Object.fromEntries(
    Object.entries(COPY_PATTERNS).map(([metric, pattern]) => [
      `Authorizer${metric}Filter`,
      createMetricFilter(metric, pattern, { logGroup: 'AuthorizerLogGroup' }),
    ]),
  );
}

/** Creates the rights of the function in front of registries, which are to write its log and to read issuers' keys, our public keys and what is off, and what tells when it cannot answer. */
export function createAuthorizerResources(config: Pick<Config, 'rows'>, options: DeployOptions): Resources {
  const { logRetentionDays, signing, alarms } = options;
  // As discovery has them: the public halves of what we sign by, and no right to sign.
  const published = [mayPublish, ...(signing === 'sealed' ? publishSealed : [])];
  return {
    ...createFunctionRole('authorizer', readSwitches, ...listIssuerKeyRights(config), ...published),
    AuthorizerLogGroup: createEvidenceGroup(logRetentionDays),
    ...(needsFetchedKeys(config) ? createCopyFilters() : {}),
    ...watchEach(watched, alarms.snsTopicArn),
  };
}

export const authorizerOutputs: Outputs = {
  AuthorizerArn: {
    Description: 'What stands in front of registries: AuthorizerArn of kite-sts-registry.yml',
    Value: getAttribute('AuthorizerLambdaFunction', 'Arn'),
  },
};
