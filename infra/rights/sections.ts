import type { FunctionName } from '../../lib/config/wiring.ts';
import type { TemplateInput } from '../input.ts';
import { findBoundaryArn } from '../input.ts';
import { listEventSources } from '../resources/jobs.ts';
import { MANAGED_POLICIES } from '../resources/placement.ts';
import { findPartition } from '../stack.ts';
import { listDeployActions, VPC_ACTIONS } from './actions.ts';

/** One right of whoever deploys, all names filled in. */
export type Right = {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: readonly string[] } };
};

export type ResourceNames = {
  readonly arn: (service: string, rest: string) => string;
  readonly global: (service: string, rest: string) => string;
  readonly roles: readonly string[];
  readonly functions: readonly string[];
  readonly groups: readonly string[];
  readonly policies: readonly string[];
  readonly boundary: string;
};

/** Some rights of the types that are deployed, on some resources. */
type Section = {
  readonly sid: string;
  /** Which of the table's actions, by type or by themselves. */
  readonly takes: (action: string, type: string) => boolean;
  readonly on: (names: ResourceNames, input: TemplateInput) => readonly string[];
  readonly condition?: (names: ResourceNames, input: TemplateInput) => Right['Condition'];
};

/** Actions of IAM for which AWS knows the key `iam:PermissionsBoundary`, and that change what a role may do. */
const BOUNDED = listDeployActions({
  iam: 'CreateRole PutRolePermissionsBoundary PutRolePolicy DeleteRolePolicy',
});
const ATTACHES = listDeployActions({ iam: 'AttachRolePolicy DetachRolePolicy' });

/** Actions for which AWS takes no resource. */
const LOOKS = listDeployActions({
  cloudwatch: 'DescribeAlarms',
  kms: 'CreateKey',
  logs: 'DescribeLogGroups DescribeResourcePolicies',
});

function requireBoundary(names: ResourceNames): Right['Condition'] {
  return { StringEquals: { 'iam:PermissionsBoundary': [names.boundary] } };
}

function selectTypes(...types: readonly string[]): Section['takes'] {
  return (action, type) => types.includes(type) && !LOOKS.includes(action) && !VPC_ACTIONS.includes(action);
}

export const SECTIONS: readonly Section[] = [
  { sid: 'Look', takes: action => LOOKS.includes(action), on: () => ['*'] },
  {
    sid: 'RolesWithinTheBoundary',
    takes: action => BOUNDED.includes(action),
    on: ({ roles }) => roles,
    condition: requireBoundary,
  },
  {
    sid: 'AttachManyTargets',
    takes: action => ATTACHES.includes(action),
    on: ({ roles }) => roles.filter(role => role.endsWith('-exchange')),
    condition: names => ({ ...requireBoundary(names), ArnEquals: { 'iam:PolicyARN': names.policies } }),
  },
  {
    sid: 'Roles',
    takes: (action, type) =>
      type === 'AWS::IAM::Role' || (type === 'AWS::IAM::Policy' && action === 'iam:GetRolePolicy'),
    on: ({ roles }) => roles,
  },
  {
    sid: 'PoliciesOfManyTargets',
    takes: (_, type) => type === 'AWS::IAM::ManagedPolicy',
    on: ({ policies }) => policies,
  },
  {
    sid: 'RolesOfFunctions',
    takes: action => action === 'iam:PassRole',
    on: ({ roles }) => roles,
    condition: () => ({ StringEquals: { 'iam:PassedToService': ['lambda.amazonaws.com'] } }),
  },
  {
    sid: 'Keys',
    takes: selectTypes('AWS::KMS::Key'),
    on: ({ arn }) => [arn('kms', 'key/*')],
    // A key has no name to know it by. By no call of their own, but by a stack alone.
    condition: () => ({ 'ForAnyValue:StringEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] } }),
  },
  { sid: 'Code', takes: action => action === 's3:GetObject', on: (_, input) => [`${nameBucket(input)}/*`] },
  {
    sid: 'Bucket',
    takes: selectTypes('AWS::S3::Bucket', 'AWS::S3::BucketPolicy'),
    on: (_, input) => [nameBucket(input)],
  },
  {
    sid: 'Functions',
    takes: selectTypes(
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Lambda::Url',
      'AWS::Lambda::EventInvokeConfig',
    ),
    on: ({ functions }) => functions,
  },
  {
    sid: 'Logs',
    takes: selectTypes('AWS::Logs::LogGroup', 'AWS::Logs::MetricFilter'),
    // Some requests name a group with :* at its end, and some without.
    on: ({ groups }) => groups.flatMap(group => [group, `${group}:*`]),
  },
  {
    sid: 'Tables',
    takes: selectTypes('AWS::DynamoDB::Table'),
    on: ({ arn }, { stack }) => [arn('dynamodb', `table/${stack.name}-*`)],
  },
  {
    sid: 'Api',
    takes: (action, type) =>
      action.startsWith('apigateway:') &&
      type !== 'AWS::ApiGatewayV2::DomainName' &&
      type !== 'AWS::ApiGatewayV2::ApiMapping',
    on: (_, { stack: { region } }) => ['apis', 'apis/*', 'tags/*'].map(path => writeGatewayArn(region, path)),
  },
  {
    sid: 'Domain',
    takes: selectTypes('AWS::ApiGatewayV2::DomainName', 'AWS::ApiGatewayV2::ApiMapping'),
    on: (_, { stack: { region }, options: { domain } }) =>
      ['', `/${domain?.name}`, `/${domain?.name}/*`].map(path =>
        writeGatewayArn(region, `domainnames${path}`),
      ),
  },
  {
    sid: 'Alarms',
    takes: selectTypes('AWS::CloudWatch::Alarm'),
    on: ({ arn }, { stack }) => [arn('cloudwatch', `alarm:${stack.name}-*`)],
  },
  {
    sid: 'Dashboard',
    takes: selectTypes('AWS::CloudWatch::Dashboard'),
    on: ({ global }, { stack: { name, region } }) => [global('cloudwatch', `dashboard/${name}-${region}`)],
  },
  {
    sid: 'Schedule',
    takes: selectTypes('AWS::Events::Rule'),
    // A rule on another bus has the bus in its name.
    on: ({ arn }, { stack, config }) =>
      ['', ...listEventSources(config).map(each => `${each.source}/`)].map(bus =>
        arn('events', `rule/${bus}${stack.name}-*`),
      ),
  },
  // Where functions are is looked up, which AWS allows for all or for none.
  { sid: 'Network', takes: action => VPC_ACTIONS.includes(action), on: () => ['*'] },
  {
    sid: 'RecordDone',
    takes: action => action === 'route53:GetChange',
    on: (_, { stack }) => [`arn:${findPartition(stack.region)}:route53:::change/*`],
  },
  {
    sid: 'Record',
    takes: selectTypes('AWS::Route53::RecordSet'),
    on: (_, { stack, options: { domain } }) => [
      `arn:${findPartition(stack.region)}:route53:::hostedzone/${domain?.hostedZoneId}`,
    ],
  },
];

export function nameBucket(input: TemplateInput): string {
  const {
    stack: { name, region },
  } = input;
  // CloudFormation writes names of buckets in small letters, and cuts those of long stacks.
  return `arn:${findPartition(region)}:s3:::${name.toLowerCase().slice(0, 24)}*-serverlessdeploymentbuck*`;
}

function writeGatewayArn(region: string, path: string): string {
  return `arn:${findPartition(region)}:apigateway:${region}::/${path}`;
}

export function listResourceNames(
  input: TemplateInput,
  deployed: readonly FunctionName[],
  account: string,
): ResourceNames {
  const { name, prefix, region } = input.stack;
  const partition = findPartition(region);
  const arn: ResourceNames['arn'] = (service, rest) =>
    `arn:${partition}:${service}:${region}:${account}:${rest}`;
  const global: ResourceNames['global'] = (service, rest) =>
    `arn:${partition}:${service}::${account}:${rest}`;
  const path = input.options.provider.path ?? '/';
  return {
    arn,
    global,
    roles: deployed.map(each => global('iam', `role${path}${name}-${region}-${each}`)),
    functions: deployed.map(each => arn('lambda', `function:${prefix}-${each}`)),
    groups: [
      ...deployed.map(each => arn('logs', `log-group:/aws/lambda/${prefix}-${each}`)),
      arn('logs', `log-group:/aws/vendedlogs/${name}-access`),
    ],
    policies: Array.from({ length: MANAGED_POLICIES }, (_, index) =>
      global('iam', `policy${path}${name}-${region}-targets-${index + 1}`),
    ),
    boundary: findBoundaryArn(input, account),
  };
}
