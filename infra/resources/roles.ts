import type { Config } from '../../lib/config/load.ts';
import type { Complain } from '../../lib/policy/complaint.ts';
import { needsSignature } from '../../lib/policy/kinds.ts';
import type { DeployOptions } from '../options.ts';
import { appRights } from './apps.ts';
import { auditRights } from './audit.ts';
import {
  attribute,
  type Policy,
  policy,
  type Resource,
  type Resources,
  ref,
  type Statement,
  sub,
} from './cloudformation.ts';
import { identityRights } from './identities.ts';
import { readIssuerKeys } from './issuers.ts';
import { type KeyName, mayPublish, maySign } from './keys.ts';
import { makeSealed, openSealed, publishSealed } from './sealing.ts';
import { spentRights } from './spent.ts';
import { readSwitches } from './switches.ts';
import { becomeTargets } from './targets.ts';

/**
 * What IAM takes for all inline policies of one role together; white space is not counted.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const INLINE_LIMIT = 10_240;

// What CloudFormation fills in is known only on deployment: each at its greatest length. Names of Lambda
// functions, and so the ends of their log groups, have at most 64 characters; no region has more than 14.
const REGION = 'ap-northeast-1';
const LONGEST: { readonly [service: string]: string } = {
  dynamodb: `arn:aws-us-gov:dynamodb:${REGION}:123456789012:table/${'n'.repeat(255)}`,
  kms: `arn:aws-us-gov:kms:${REGION}:123456789012:key/00000000-0000-0000-0000-000000000000`,
  logs: `arn:aws-us-gov:logs:${REGION}:123456789012:log-group:/aws/lambda/${'n'.repeat(64)}:*`,
};

const filled = (_: string, value: unknown): unknown => {
  const found = (value as { 'Fn::GetAtt'?: readonly string[] } | null)?.['Fn::GetAtt'];
  if (found === undefined) return value;
  const [, kind = ''] = /(Key|Table)$/.exec(found[0] ?? '') ?? [];
  return LONGEST[{ Key: 'kms', Table: 'dynamodb' }[kind] ?? 'logs'];
};

/** How many characters IAM counts of a policy at most, whatever the account, region and names will be. */
export const policySize = (document: Policy): number =>
  JSON.stringify(document, filled).replace(/\s/g, '').length;

export const role = (more: object = {}): Resource => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: policy({
      Sid: 'Lambda',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: ['sts:AssumeRole'],
    }),
    ...more,
  },
});

/** Beside the role and not in it: the keys name the roles, so the rights that name the keys come after both. */
export const rights = (roleId: string, PolicyName: string, document: Policy): Resource => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyName, Roles: [ref(roleId)], PolicyDocument: document },
});

export const writeLogs = (logGroup: string): Statement => ({
  Sid: 'WriteOwnLogs',
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  // The attribute ends in :*, the streams of this one group.
  Resource: [attribute(logGroup, 'Arn')],
});

const SIGN_POLICIES = { first: 'SignWithFirstKey', second: 'SignWithSecondKey' } as const;

/** A resource for each key: on rotation the new right comes before the functions change, and the old one goes after. */
const signRights = (config: Config, signingKey: KeyName): Resources =>
  config.roles.some(({ template }) => needsSignature(template))
    ? {
        [SIGN_POLICIES[signingKey]]: rights(
          'ExchangeRole',
          SIGN_POLICIES[signingKey],
          policy(maySign(signingKey)),
        ),
      }
    : {};

const exchangePolicy = (...more: readonly Statement[]): Policy =>
  policy(writeLogs('ExchangeLogGroup'), mayPublish, readSwitches, ...more);

/** All inline policies that the exchange's role can have at once: while keys are swapped, it has the rights of both. */
export const exchangeSize = (...more: readonly Statement[]): number =>
  [exchangePolicy(...more), policy(maySign('first')), policy(maySign('second'))].reduce(
    (sum, each) => sum + policySize(each),
    0,
  );

type Given = {
  readonly config: Config;
  readonly targets: readonly string[];
  readonly orgId: string | undefined;
  readonly signingKey: KeyName;
  readonly signing: DeployOptions['signing'];
  readonly appKeys: DeployOptions['appKeys'];
};

const discoveryPolicy = (sealed: boolean): Policy =>
  policy(writeLogs('DiscoveryLogGroup'), mayPublish, ...(sealed ? publishSealed : []));

const rotationRole = ({ url }: Config, signingKey: KeyName): Resources => ({
  RotationRole: role(),
  RotationRights: rights(
    'RotationRole',
    'Rotation',
    policy(writeLogs('RotationLogGroup'), ...makeSealed(url, signingKey)),
  ),
});

/** What each function may do, and nothing else. Only the exchange can make credentials. */
export const roles = (given: Given, complain: Complain): Resources => {
  const { config, signingKey, signing, appKeys, ...bounds } = given;
  const sealed = signing === 'sealed';
  const always = [
    ...identityRights(config),
    ...auditRights(config),
    ...readIssuerKeys(config),
    ...spentRights(config),
    ...(sealed ? openSealed(config.url) : []),
    ...appRights(appKeys),
  ];
  const sizeWith: typeof exchangeSize = (...more) => exchangeSize(...always, ...more);
  const room = { sizeWith, limit: INLINE_LIMIT };
  const become = becomeTargets(config, bounds, room, complain);
  return {
    // Target accounts name this role, so its name is one that can be known before anything is deployed.
    ExchangeRole: role({ RoleName: sub('${AWS::StackName}-${AWS::Region}-exchange') }),
    ExchangeRights: rights(
      'ExchangeRole',
      'Exchange',
      exchangePolicy(...always, ...(become ? [become] : [])),
    ),
    ...signRights(config, signingKey),
    DiscoveryRole: role(),
    DiscoveryRights: rights('DiscoveryRole', 'Discovery', discoveryPolicy(sealed)),
    ...(sealed ? rotationRole(config, signingKey) : {}),
  };
};

/** What the exchange must not start without. */
export const exchangeRights = (all: Resources): readonly string[] =>
  ['ExchangeRights', ...Object.values(SIGN_POLICIES)].filter(id => Object.hasOwn(all, id));
