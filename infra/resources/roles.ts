import type { Config } from '../../lib/config/load.ts';
import type { FunctionName } from '../../lib/config/wiring.ts';
import type { Complain } from '../../lib/language/complaint.ts';
import { needsSignature } from '../../lib/policy/targets.ts';
import {
  attribute,
  type Policy,
  policy,
  type Resource,
  type Resources,
  ref,
  type Statement,
  sub,
} from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import { fillReferences, type Stack } from '../stack.ts';
import { appRights } from './apps.ts';
import { auditRights } from './audit.ts';
import { identityRights } from './identities.ts';
import { readIssuerKeys } from './issuers.ts';
import { readJobs } from './jobs.ts';
import { type KeyName, mayPublish, maySign } from './keys.ts';
import { INLINE_LIMIT, type Placement } from './placement.ts';
import { makeSealed, openSealed, publishSealed } from './sealing.ts';
import { spentRights } from './spent.ts';
import { providerPolicy } from './surroundings.ts';
import { readSwitches } from './switches.ts';
import { becomeTargets } from './targets.ts';

/** How many characters IAM counts of a policy at most, whatever the account will be. */
export function policySize(document: Policy, stack: Stack): number {
  return JSON.stringify(fillReferences(document, stack)).replace(/\s/g, '').length;
}

/** A role with a name that is known before anything is deployed: targets trust one of them, and rights to deploy name each. */
export function role(name: FunctionName): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: sub(`\${AWS::StackName}-\${AWS::Region}-${name}`),
      AssumeRolePolicyDocument: policy({
        Sid: 'Lambda',
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: ['sts:AssumeRole'],
      }),
    },
  };
}

/** Beside the role and not in it: the keys name the roles, so the rights that name the keys come after both. */
export function rights(roleId: string, PolicyName: string, document: Policy): Resource {
  return {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyName, Roles: [ref(roleId)], PolicyDocument: document },
  };
}

export function writeLogs(logGroup: string): Statement {
  return {
    Sid: 'WriteOwnLogs',
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    // The attribute ends in :*, the streams of this one group.
    Resource: [attribute(logGroup, 'Arn')],
  };
}

const SIGN_POLICIES = { first: 'SignWithFirstKey', second: 'SignWithSecondKey' } as const;

/** A resource for each key: on rotation the new right comes before the functions change, and the old one goes after. */
function signRights(config: Config, signingKey: KeyName): Resources {
  return config.roles.some(({ template }) => needsSignature(template))
    ? {
        [SIGN_POLICIES[signingKey]]: rights(
          'ExchangeRole',
          SIGN_POLICIES[signingKey],
          policy(maySign(signingKey)),
        ),
      }
    : {};
}

function exchangePolicy(...more: readonly Statement[]): Policy {
  return policy(writeLogs('ExchangeLogGroup'), mayPublish, readSwitches, ...more);
}

/** All inline policies that the exchange's role can have at once: while keys are swapped, it has the rights of both. */
export function exchangeSize(stack: Stack, ...more: readonly Statement[]): number {
  const all = [exchangePolicy(...more), policy(maySign('first')), policy(maySign('second'))];
  return all.reduce((sum, each) => sum + policySize(each, stack), 0);
}

const ATTACHED = 'Targets';

/**
 * A managed policy for each statement. Each has a name of its own, so that whoever deploys can be given rights to these
 * and no others.
 */
function attachTargets(statements: Placement['attached']): Resources {
  return Object.fromEntries(
    statements.flatMap((statement, index) =>
      statement
        ? [
            [
              `${ATTACHED}${index + 1}`,
              {
                Type: 'AWS::IAM::ManagedPolicy',
                Properties: {
                  ManagedPolicyName: sub(`\${AWS::StackName}-\${AWS::Region}-targets-${index + 1}`),
                  Roles: [ref('ExchangeRole')],
                  PolicyDocument: policy(statement),
                },
              },
            ],
          ]
        : [],
    ),
  );
}

type Given = {
  readonly config: Config;
  readonly targets: readonly string[];
  readonly orgId: string | undefined;
  readonly signingKey: KeyName;
  readonly signing: DeployOptions['signing'];
  readonly appKeys: DeployOptions['appKeys'];
  readonly stack: Stack;
  readonly provider: DeployOptions['provider'];
};

function discoveryPolicy(sealed: boolean): Policy {
  return policy(writeLogs('DiscoveryLogGroup'), mayPublish, ...(sealed ? publishSealed : []));
}

function rotationRole({ url }: Config, signingKey: KeyName): Resources {
  return {
    RotationRole: role('rotation'),
    RotationRights: rights(
      'RotationRole',
      'Rotation',
      policy(writeLogs('RotationLogGroup'), ...makeSealed(url, signingKey)),
    ),
  };
}

/** What each function may do, and nothing else. Only the exchange can make credentials. */
export function roles(given: Given, complain: Complain): Resources {
  const { config, signingKey, signing, appKeys, stack, provider, ...bounds } = given;
  const sealed = signing === 'sealed';
  const always = [
    ...identityRights(config),
    ...auditRights(config),
    ...readIssuerKeys(config),
    ...spentRights(config),
    ...readJobs(config),
    ...(sealed ? openSealed(config.url) : []),
    ...appRights(appKeys),
  ];
  const surrounding = providerPolicy(provider);
  const taken = surrounding ? policySize(surrounding, stack) : 0;
  const room = {
    sizeWith: (...more: readonly Statement[]) => taken + exchangeSize(stack, ...always, ...more),
    limit: INLINE_LIMIT,
    sizeOf: (document: Policy) => policySize(document, stack),
  };
  const become = becomeTargets(config, { ...bounds, room }, complain);
  const attached = attachTargets(become.attached);
  return {
    ExchangeRole: role('exchange'),
    ExchangeRights: {
      ...rights(
        'ExchangeRole',
        'Exchange',
        exchangePolicy(...always, ...(become.inline ? [become.inline] : [])),
      ),
      // On the day when targets move from here to there, they are there before they are gone from here.
      ...(Object.keys(attached).length > 0 ? { DependsOn: Object.keys(attached) } : {}),
    },
    ...attached,
    ...signRights(config, signingKey),
    DiscoveryRole: role('discovery'),
    DiscoveryRights: rights('DiscoveryRole', 'Discovery', discoveryPolicy(sealed)),
    ...(sealed ? rotationRole(config, signingKey) : {}),
  };
}

/** What the exchange must not start without. */
export function exchangeRights(all: Resources): readonly string[] {
  return ['ExchangeRights', ...Object.values(SIGN_POLICIES)].filter(id => Object.hasOwn(all, id));
}
