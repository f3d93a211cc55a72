import type { Complaints } from '../lib/language/complaint.ts';
import type { Place } from '../lib/language/tree.ts';
import type { TemplateText } from './cloudformation.ts';
import { locateInService } from './place.ts';

/** The settings of `provider` in serverless.yml that hold for all that kite-sts deploys. */
export type ProviderSettings = {
  /** The most that any role of ours may do, whatever its own policies say. */
  readonly permissionsBoundary: TemplateText | undefined;
  /** Where IAM lists our roles and policies. */
  readonly path: string | undefined;
  readonly roleTags: { readonly [key: string]: TemplateText };
  /** Are functions in a VPC? The Serverless Framework puts them there. */
  readonly vpc: boolean;
  /** Is AWS X-Ray told of each call? */
  readonly tracing: boolean;
  readonly architecture: 'arm64' | 'x86_64';
  readonly logRetentionInDays: number | undefined;
  /** The role by whose rights CloudFormation acts, in the place of those of whoever deploys. */
  readonly deploymentRole: TemplateText | undefined;
};

/** As the Serverless Framework read it. */
type ProviderSection = { readonly [setting: string]: unknown };

export const HONOURED: readonly string[] =
  `architecture iam logRetentionInDays rolePermissionsBoundary runtimeManagement stackTags tags tracing vpc`.split(
    /\s+/,
  );

const OWN_ROLES = 'Each function of kite-sts has a role of its own, with its rights and no others.';
const OWN_LOGS = 'Alarms and audit events read the logs as kite-sts writes them.';

/** Settings that would change what is deployed for kite-sts, or seem to: each with the reason. */
export const REFUSED: { readonly [path: string]: string } = {
  environment:
    'A function of kite-sts reads each of its settings from its own list. Give yours to your own functions.',
  'iam.role.managedPolicies': OWN_ROLES,
  'iam.role.name': OWN_ROLES,
  'iam.role.statements': OWN_ROLES,
  iamManagedPolicies: OWN_ROLES,
  iamRoleStatements: OWN_ROLES,
  kmsKeyArn: 'The settings of functions are names and no secrets, and no role of kite-sts may use that key.',
  layers: 'A layer would run code beside the broker that nobody reviewed with it.',
  logDataProtectionPolicy: `It would hold for some of the logs and not for all. ${OWN_LOGS}`,
  'logs.lambda': OWN_LOGS,
  role: OWN_ROLES,
  'tracing.apiGateway': 'HTTP APIs have no X-Ray. Write "tracing: { lambda: true }" alone.',
};

/** Settings of the deployment itself, and of what others put into the same service. */
export const UNTOUCHED: readonly string[] =
  `alb apiGateway apiName cfnRole cloudFront deletionProtection deploymentBucket deploymentMethod
  deploymentPrefix disableRollback ecr endpointType httpApi kinesis logs memorySize name notificationArns
  profile pruneFunctionVersions region rollbackConfiguration runtime s3 stackName stackParameters
  stackPolicy stage timeout versionFunctions vpcEndpointIds websocket websocketsApiName
  websocketsApiRouteSelectionExpression websocketsDescription`.split(/\s+/);

function locateProviderSetting(path: string): Place {
  return locateInService(`provider.${path}`);
}

function isSection(value: unknown): value is ProviderSection {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function findSectionValue(given: ProviderSection, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (isSection(at) ? at[name] : undefined), given);
}

function complainOfRefused(given: ProviderSection, complaints: Complaints): void {
  for (const [path, why] of Object.entries(REFUSED)) {
    const value = findSectionValue(given, path);
    if (value !== undefined && value !== false) complaints.at(locateProviderSetting(path)).wrongValue(why);
  }
  const role = findSectionValue(given, 'iam.role');
  // An ARN, or a reference to a role that is made elsewhere.
  if (
    typeof role === 'string' ||
    (isSection(role) && Object.keys(role).some(key => /^(Fn::|Ref$)/.test(key)))
  )
    complaints.at(locateProviderSetting('iam.role')).wrongValue(OWN_ROLES);
}

function checkVpc(vpc: ProviderSection, complaints: Complaints): void {
  for (const name of ['securityGroupIds', 'subnetIds']) {
    const value = vpc[name];
    if (value === undefined || (Array.isArray(value) && value.length === 0))
      complaints
        .at(locateProviderSetting('vpc'))
        .say(
          'missing-key',
          `"${name}" is required: without it the Serverless Framework leaves all functions outside of the VPC.`,
        );
  }
}

function readBoundary(given: ProviderSection, complaints: Complaints): TemplateText | undefined {
  const paths = ['iam.role.permissionsBoundary', 'iam.role.permissionBoundary', 'rolePermissionsBoundary'];
  const path = paths.find(each => findSectionValue(given, each) !== undefined);
  if (path === undefined) return undefined;
  const value = findSectionValue(given, path);
  if (
    isSection(value) ||
    (typeof value === 'string' && /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/\S+$/.test(value))
  )
    return value as TemplateText;
  return complaints.at(locateProviderSetting(path)).wrongValue('This is not the ARN of a policy of IAM.');
}

function readPath(given: ProviderSection, complaints: Complaints): string | undefined {
  const path = findSectionValue(given, 'iam.role.path');
  if (path === undefined) return undefined;
  if (typeof path === 'string' && path.length <= 512 && /^\/([\w+=,.@-]+\/)*$/.test(path)) return path;
  return complaints
    .at(locateProviderSetting('iam.role.path'))
    .wrongValue('A path begins and ends with a slash, such as /ci/.');
}

/** Reads `provider` of serverless.yml: what kite-sts honours, and a complaint for each setting that it does not. */
export function readProvider(provider: unknown, complaints: Complaints): ProviderSettings {
  const given = isSection(provider) ? provider : {};
  complainOfRefused(given, complaints);
  const { vpc, architecture, logRetentionInDays } = given;
  const inVpc = isSection(vpc) && Object.keys(vpc).length > 0;
  if (inVpc) checkVpc(vpc, complaints);
  return {
    permissionsBoundary: readBoundary(given, complaints),
    path: readPath(given, complaints),
    roleTags: (findSectionValue(given, 'iam.role.tags') ?? {}) as ProviderSettings['roleTags'],
    vpc: inVpc,
    tracing: Boolean(findSectionValue(given, 'tracing.lambda')),
    architecture: architecture === 'x86_64' ? 'x86_64' : 'arm64',
    deploymentRole: (findSectionValue(given, 'iam.deploymentRole') ?? given['cfnRole']) as
      | TemplateText
      | undefined,
    logRetentionInDays: typeof logRetentionInDays === 'number' ? logRetentionInDays : undefined,
  };
}
