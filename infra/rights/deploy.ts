import type { FunctionName } from '../../lib/config/wiring.ts';
import type { TemplateInput } from '../input.ts';
import { MANAGED_LIMIT } from '../resources/placement.ts';
import { createTemplate } from '../template.ts';
import { listDeployActions, TYPE_ACTIONS, VPC_ACTIONS } from './actions.ts';
import { listResourceNames, nameBucket, type ResourceNames, type Right, SECTIONS } from './sections.ts';

export type DeployRights = { readonly Version: '2012-10-17'; readonly Statement: readonly Right[] };

/** The Serverless Framework makes these, whatever the resources are. */
const FRAMEWORK_TYPES = ['AWS::Lambda::Function', 'AWS::S3::Bucket', 'AWS::S3::BucketPolicy'];

function allowActions(Sid: string, Action: readonly string[], Resource: readonly string[]): Right {
  return { Sid, Effect: 'Allow', Action: [...new Set(Action)].sort(), Resource };
}

/** Lists what the framework asks for by itself, beside what CloudFormation does for it. */
function listFrameworkRights(names: ResourceNames, input: TemplateInput): readonly Right[] {
  const { name } = input.stack;
  const bucket = nameBucket(input);
  const ofStack = listDeployActions({
    cloudformation: `CreateChangeSet CreateStack DeleteChangeSet DeleteStack DescribeChangeSet DescribeStackEvents
      DescribeStackResource DescribeStackResources DescribeStacks ExecuteChangeSet GetTemplate ListStackResources`,
  });
  const objects = listDeployActions({ s3: 'DeleteObject DeleteObjectVersion GetObject PutObject' });
  return [
    allowActions('Stack', ofStack, [names.arn('cloudformation', `stack/${name}/*`)]),
    allowActions('Template', ['cloudformation:ValidateTemplate'], ['*']),
    allowActions('Upload', objects, [`${bucket}/*`]),
    allowActions('UploadTo', listDeployActions({ s3: 'GetBucketLocation ListBucket ListBucketVersions' }), [
      bucket,
    ]),
  ];
}

/** API Gateway asks these of who lets it write a log: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html */
const ACCESS_LOG_ACTIONS = listDeployActions({
  logs: `CreateLogDelivery DeleteLogDelivery DescribeResourcePolicies GetLogDelivery ListLogDeliveries
    PutResourcePolicy UpdateLogDelivery`,
});

/** Holds against whatever further rights whoever deploys may have. */
function keepBoundary(names: ResourceNames): readonly Right[] {
  const Effect = 'Deny';
  const changes = 'CreatePolicyVersion DeletePolicy DeletePolicyVersion SetDefaultPolicyVersion';
  return [
    {
      Sid: 'KeepTheBoundary',
      Effect,
      Action: listDeployActions({ iam: changes }),
      Resource: [names.boundary],
    },
    { Sid: 'NoRoleWithoutIt', Effect, Action: ['iam:DeleteRolePermissionsBoundary'], Resource: ['*'] },
  ];
}

/** Lists the types of resources that a deployment of this has. */
export function listResourceTypes(input: TemplateInput): readonly string[] {
  const { Resources } = createTemplate(input).resources;
  return [...new Set([...Object.values(Resources).map(each => each.Type), ...FRAMEWORK_TYPES])].sort();
}

function listPairs(input: TemplateInput): readonly (readonly [action: string, type: string])[] {
  return listResourceTypes(input).flatMap(type => {
    const known = TYPE_ACTIONS[type];
    if (!known) throw new Error(`infra/rights/actions.ts does not know ${type}`);
    const network = type === 'AWS::Lambda::Function' && input.options.provider.vpc ? VPC_ACTIONS : [];
    return [...listDeployActions(known.given), ...network].map(action => [action, type] as const);
  });
}

/** The right of each section to the actions that no section before it takes. Throws where one is left over. */
function createSectionRights(input: TemplateInput, names: ResourceNames): Right[] {
  let unassigned = listPairs(input);
  const generated: Right[] = [];
  for (const { sid, takes, on, condition } of SECTIONS) {
    const taken = unassigned.filter(([action, type]) => takes(action, type));
    unassigned = unassigned.filter(pair => !taken.includes(pair));
    if (taken.length === 0) continue;
    const right = allowActions(
      sid,
      taken.map(([action]) => action),
      on(names, input),
    );
    generated.push(condition ? { ...right, Condition: condition(names, input) ?? {} } : right);
  }
  if (unassigned.length > 0)
    throw new Error(`no right is for ${unassigned.map(pair => pair.join(' of ')).join(', ')}`);
  return generated;
}

/** Creates the rights to deploy this into an account, to update it and to remove it: no more, and each on what it is for. */
export function createDeployRights(input: TemplateInput, account: string): DeployRights {
  const deployed = Object.keys(createTemplate(input).functions) as FunctionName[];
  const names = listResourceNames(input, deployed, account);
  const first = allowActions(
    'FirstApiOfTheAccount',
    ['iam:CreateServiceLinkedRole'],
    [names.global('iam', 'role/aws-service-role/ops.apigateway.amazonaws.com/*')],
  );
  return {
    Version: '2012-10-17',
    Statement: [
      ...listFrameworkRights(names, input),
      ...createSectionRights(input, names),
      allowActions('AccessLog', ACCESS_LOG_ACTIONS, ['*']),
      first,
      ...keepBoundary(names),
    ],
  };
}

/** Splits rights into policies that IAM takes: as many as it needs, none longer than a managed policy may be. */
export function splitRights(rights: DeployRights): readonly DeployRights[] {
  const { Version, Statement } = rights;
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
