import { arnOf, ORGANIZATION } from './deploy.ts';
import { EVENTS, SOURCE } from './job-events.ts';
import { rowsFrom } from './policy.ts';
import { FLAT } from './registry.ts';

/** The account of the broker in the guides. */
export const ACCOUNT = '111122223333';

/** A deployment with all that serverless.yml can ask for. */
export const EVERYTHING = {
  targets: Array.from({ length: 300 }, (_, index) => arnOf(`deploy-service-${index}`)),
  registries: [FLAT],
  ground: { rows: rowsFrom(`- preset: buildkite${EVENTS.replace(SOURCE.account, ACCOUNT)}`) },
  options: {
    domain: {
      name: 'sts.acme.example',
      certificateArn: `arn:aws:acm:eu-central-1:${ACCOUNT}:certificate/c`,
      hostedZoneId: 'Z0123456789',
    },
    functionUrl: true,
    signing: 'sealed',
    orgId: ORGANIZATION,
    reservedConcurrency: 20,
  },
  provider: { vpc: { securityGroupIds: ['sg-1'], subnetIds: ['subnet-1'] }, tracing: { lambda: true } },
};
