import type { FunctionName } from '../../lib/config/wiring.ts';
import { MANAGED_LIMIT, MANAGED_POLICIES } from '../resources/placement.ts';
import { findPartition } from '../stack.ts';
import { type TemplateInput, template } from '../template.ts';
import { TYPE_ACTIONS, type TypeActions, VPC_ACTIONS } from './actions.ts';
import { findBoundaryArn } from './names.ts';

/** One right of whoever deploys, all names filled in. */
export type Right = {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: readonly string[] } };
};

export type Rights = { readonly Version: '2012-10-17'; readonly Statement: readonly Right[] };

type Names = {
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
  readonly on: (names: Names, input: TemplateInput) => readonly string[];
  readonly condition?: (names: Names, input: TemplateInput) => Right['Condition'];
};

/** Whatever the resources are, the Serverless Framework makes these. */
const FRAMEWORK_TYPES = ['AWS::Lambda::Function', 'AWS::S3::Bucket', 'AWS::S3::BucketPolicy'];

/** Actions of IAM for which AWS knows the key `iam:PermissionsBoundary`, and that change what a role may do. */
const BOUNDED = ['CreateRole', 'PutRolePermissionsBoundary', 'PutRolePolicy', 'DeleteRolePolicy'].map(
  action => `iam:${action}`,
);
const ATTACHES = ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'];

/** Actions for which AWS takes no resource. */
const LOOKS = [
  'cloudwatch:DescribeAlarms',
  'kms:CreateKey',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
];

const withBoundary = ({ boundary }: Names): Right['Condition'] => ({
  StringEquals: { 'iam:PermissionsBoundary': [boundary] },
});

function isOf(...types: readonly string[]): Section['takes'] {
  return (action, type) => types.includes(type) && !LOOKS.includes(action) && !VPC_ACTIONS.includes(action);
}

const SECTIONS: readonly Section[] = [
  { sid: 'Look', takes: action => LOOKS.includes(action), on: () => ['*'] },
  {
    sid: 'RolesWithinTheBoundary',
    takes: action => BOUNDED.includes(action),
    on: ({ roles }) => roles,
    condition: withBoundary,
  },
  {
    sid: 'AttachManyTargets',
    takes: action => ATTACHES.includes(action),
    on: ({ roles }) => roles.filter(role => role.endsWith('-exchange')),
    condition: names => ({ ...withBoundary(names), ArnEquals: { 'iam:PolicyARN': names.policies } }),
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
    takes: isOf('AWS::KMS::Key'),
    on: ({ arn }) => [arn('kms', 'key/*')],
    // A key has no name to know it by. By no call of their own, but by a stack alone.
    condition: () => ({ 'ForAnyValue:StringEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] } }),
  },
  {
    sid: 'Code',
    takes: action => action === 's3:GetObject',
    on: (names, input) => [`${bucketOf(names, input)}/*`],
  },
  {
    sid: 'Bucket',
    takes: isOf('AWS::S3::Bucket', 'AWS::S3::BucketPolicy'),
    on: (names, input) => [bucketOf(names, input)],
  },
  {
    sid: 'Functions',
    takes: isOf(
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Lambda::Url',
      'AWS::Lambda::EventInvokeConfig',
    ),
    on: ({ functions }) => functions,
  },
  {
    sid: 'Logs',
    takes: isOf('AWS::Logs::LogGroup', 'AWS::Logs::MetricFilter'),
    // Some requests name a group with :* at its end, and some without.
    on: ({ groups }) => groups.flatMap(group => [group, `${group}:*`]),
  },
  {
    sid: 'Tables',
    takes: isOf('AWS::DynamoDB::Table'),
    on: ({ arn }, { stack }) => [arn('dynamodb', `table/${stack.name}-*`)],
  },
  {
    sid: 'Api',
    takes: (action, type) =>
      action.startsWith('apigateway:') &&
      type !== 'AWS::ApiGatewayV2::DomainName' &&
      type !== 'AWS::ApiGatewayV2::ApiMapping',
    on: (_, { stack: { region } }) => ['apis', 'apis/*', 'tags/*'].map(path => gatewayArn(region, path)),
  },
  {
    sid: 'Domain',
    takes: isOf('AWS::ApiGatewayV2::DomainName', 'AWS::ApiGatewayV2::ApiMapping'),
    on: (_, { stack: { region }, options: { domain } }) =>
      ['', `/${domain?.name}`, `/${domain?.name}/*`].map(path => gatewayArn(region, `domainnames${path}`)),
  },
  {
    sid: 'Alarms',
    takes: isOf('AWS::CloudWatch::Alarm'),
    on: ({ arn }, { stack }) => [arn('cloudwatch', `alarm:${stack.name}-*`)],
  },
  {
    sid: 'Dashboard',
    takes: isOf('AWS::CloudWatch::Dashboard'),
    on: ({ global }, { stack: { name, region } }) => [global('cloudwatch', `dashboard/${name}-${region}`)],
  },
  {
    sid: 'Schedule',
    takes: isOf('AWS::Events::Rule'),
    on: ({ arn }, { stack }) => [arn('events', `rule/${stack.name}-*`)],
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
    takes: isOf('AWS::Route53::RecordSet'),
    on: (_, { stack, options: { domain } }) => [
      `arn:${findPartition(stack.region)}:route53:::hostedzone/${domain?.hostedZoneId}`,
    ],
  },
];

function bucketOf(_: Names, { stack: { name, region } }: TemplateInput): string {
  // CloudFormation writes names of buckets in small letters, and cuts those of long stacks.
  return `arn:${findPartition(region)}:s3:::${name.toLowerCase().slice(0, 24)}*-serverlessdeploymentbuck*`;
}

function gatewayArn(region: string, path: string): string {
  return `arn:${findPartition(region)}:apigateway:${region}::/${path}`;
}

function findNames(input: TemplateInput, deployed: readonly FunctionName[], account: string): Names {
  const { name, prefix, region } = input.stack;
  const partition = findPartition(region);
  const arn: Names['arn'] = (service, rest) => `arn:${partition}:${service}:${region}:${account}:${rest}`;
  const global: Names['global'] = (service, rest) => `arn:${partition}:${service}::${account}:${rest}`;
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

/** All actions of a type, whatever is done to it. */
export function listActions({ create, read, update, delete: removal }: TypeActions): readonly string[] {
  return [...new Set([...create, ...read, ...update, ...removal])].sort();
}

function allow(Sid: string, Action: readonly string[], Resource: readonly string[]): Right {
  return { Sid, Effect: 'Allow', Action: [...new Set(Action)].sort(), Resource };
}

/** What the framework asks for by itself, beside what CloudFormation does for it. */
function frameworkRights(names: Names, input: TemplateInput): readonly Right[] {
  const { name } = input.stack;
  const ofStack = [
    'CreateChangeSet',
    'CreateStack',
    'DeleteChangeSet',
    'DeleteStack',
    'DescribeChangeSet',
    'DescribeStackEvents',
    'DescribeStackResource',
    'DescribeStackResources',
    'DescribeStacks',
    'ExecuteChangeSet',
    'GetTemplate',
    'ListStackResources',
  ].map(action => `cloudformation:${action}`);
  const objects = ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:GetObject', 's3:PutObject'];
  return [
    allow('Stack', ofStack, [names.arn('cloudformation', `stack/${name}/*`)]),
    allow('Template', ['cloudformation:ValidateTemplate'], ['*']),
    allow('Upload', objects, [`${bucketOf(names, input)}/*`]),
    allow(
      'UploadTo',
      ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketVersions'],
      [bucketOf(names, input)],
    ),
  ];
}

/** What API Gateway asks of who lets it write a log: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html */
const ACCESS_LOG_ACTIONS = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];

/** Holds against whatever further rights whoever deploys may have. */
function keepBoundary({ boundary }: Names): readonly Right[] {
  const changes = ['CreatePolicyVersion', 'DeletePolicy', 'DeletePolicyVersion', 'SetDefaultPolicyVersion'];
  return [
    {
      Sid: 'KeepTheBoundary',
      Effect: 'Deny',
      Action: changes.map(action => `iam:${action}`),
      Resource: [boundary],
    },
    {
      Sid: 'NoRoleWithoutIt',
      Effect: 'Deny',
      Action: ['iam:DeleteRolePermissionsBoundary'],
      Resource: ['*'],
    },
  ];
}

/** The types of resources that a deployment of this has. */
export function findTypes(input: TemplateInput): readonly string[] {
  const { Resources } = template(input).resources;
  return [...new Set([...Object.values(Resources).map(({ Type }) => Type), ...FRAMEWORK_TYPES])].sort();
}

function listPairs(input: TemplateInput): readonly (readonly [action: string, type: string])[] {
  return findTypes(input).flatMap(type => {
    const known = TYPE_ACTIONS[type];
    if (!known) throw new Error(`infra/rights/actions.ts does not know ${type}`);
    const network = type === 'AWS::Lambda::Function' && input.options.provider.vpc ? VPC_ACTIONS : [];
    return [...listActions(known), ...network].map(action => [action, type] as const);
  });
}

/** The rights to deploy this into an account, to update it and to remove it: no more, and each on what it is for. */
export function deployRights(input: TemplateInput, account: string): Rights {
  const deployed = Object.keys(template(input).functions) as FunctionName[];
  const names = findNames(input, deployed, account);
  let left = listPairs(input);
  const generated: Right[] = [];
  for (const { sid, takes, on, condition } of SECTIONS) {
    const taken = left.filter(([action, type]) => takes(action, type));
    left = left.filter(pair => !taken.includes(pair));
    if (taken.length === 0) continue;
    const right = allow(
      sid,
      taken.map(([action]) => action),
      on(names, input),
    );
    generated.push(condition ? { ...right, Condition: condition(names, input) ?? {} } : right);
  }
  if (left.length > 0) throw new Error(`no right is for ${left.map(pair => pair.join(' of ')).join(', ')}`);
  const first = allow(
    'FirstApiOfTheAccount',
    ['iam:CreateServiceLinkedRole'],
    [names.global('iam', 'role/aws-service-role/ops.apigateway.amazonaws.com/*')],
  );
  return {
    Version: '2012-10-17',
    Statement: [
      ...frameworkRights(names, input),
      ...generated,
      allow('AccessLog', ACCESS_LOG_ACTIONS, ['*']),
      first,
      ...keepBoundary(names),
    ],
  };
}

/** The same as policies that IAM takes: as many as it needs, none longer than a managed policy may be. */
export function splitRights({ Version, Statement }: Rights): readonly Rights[] {
  const measure = (statements: readonly Right[]): number =>
    JSON.stringify({ Version, Statement: statements }).length;
  const parts: Right[][] = [[]];
  for (const statement of Statement) {
    const last = parts.at(-1) ?? [];
    if (measure([...last, statement]) <= MANAGED_LIMIT) last.push(statement);
    else parts.push([statement]);
  }
  return parts.map(statements => ({ Version, Statement: statements }));
}
