import {
  allow,
  createPolicy,
  type IamPolicy,
  type IamStatement,
  type Resource,
  type Resources,
  refer,
  substitute,
} from '../cloudformation.ts';
import type { ProviderSettings } from '../provider.ts';

/** The inline policy that each of our roles gets where `provider` asks for a VPC or for X-Ray. */
export const PROVIDER_RIGHTS = 'ProviderRights';

/** Lambda itself does these by a function's role: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html */
const NETWORK = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

const JOIN_NETWORK: readonly IamStatement[] = [
  allow('JoinNetwork', NETWORK, ['*']),
  // Lambda needs these rights to put the function into the VPC; the function's own code never does.
  {
    Sid: 'NotByOwnCode',
    Effect: 'Deny',
    Action: NETWORK,
    Resource: ['*'],
    Condition: {
      ArnLike: {
        'lambda:SourceFunctionArn': substitute(
          'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*',
        ),
      },
    },
  },
];

/** X-Ray has no resources to name: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html */
const TELL_XRAY = allow('TellXRay', ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], ['*']);

/** Creates the policy of what each of our roles may do for the sake of `provider`; undefined where that asks for nothing. */
export function createProviderPolicy(settings: ProviderSettings): IamPolicy | undefined {
  const statements = [...(settings.vpc ? JOIN_NETWORK : []), ...(settings.tracing ? [TELL_XRAY] : [])];
  return statements.length > 0 ? createPolicy(...statements) : undefined;
}

function surroundRole(resource: Resource, settings: ProviderSettings): Resource {
  const { permissionsBoundary, path, roleTags } = settings;
  const tags = Object.entries(roleTags).map(([Key, Value]) => ({ Key, Value }));
  const Properties = {
    ...resource.Properties,
    ...(permissionsBoundary === undefined ? {} : { PermissionsBoundary: permissionsBoundary }),
    ...(path === undefined ? {} : { Path: path }),
    ...(tags.length > 0 ? { Tags: tags } : {}),
  };
  return { ...resource, Properties };
}

/** Adds to resources what `provider` says of every role and policy. */
export function surroundAll(resources: Resources, settings: ProviderSettings): Resources {
  const all = Object.entries(resources).map(([id, resource]): [string, Resource] => {
    if (resource.Type === 'AWS::IAM::Role') return [id, surroundRole(resource, settings)];
    if (resource.Type !== 'AWS::IAM::ManagedPolicy' || settings.path === undefined) return [id, resource];
    return [id, { ...resource, Properties: { ...resource.Properties, Path: settings.path } }];
  });
  const document = createProviderPolicy(settings);
  if (!document) return Object.fromEntries(all);
  const roles = all.filter(([, { Type }]) => Type === 'AWS::IAM::Role').map(([id]) => refer(id));
  const Properties = { PolicyName: 'Provider', Roles: roles, PolicyDocument: document };
  return { ...Object.fromEntries(all), [PROVIDER_RIGHTS]: { Type: 'AWS::IAM::Policy', Properties } };
}
