import type { FunctionName } from '../lib/config/wiring.ts';
import { type Complaint, Complaints, writeComplaint } from '../lib/language/complaint.ts';
import {
  getAttribute,
  type Outputs,
  type Resources,
  substitute,
  type TemplateText,
} from './cloudformation.ts';
import { findBoundaryArn, type TemplateInput } from './input.ts';
import { checkLimits } from './limits.ts';
import { createAlarms } from './resources/alarms.ts';
import { createApi, functionUrlOutput } from './resources/api.ts';
import { checkApps } from './resources/apps.ts';
import { AUTHORIZER_TIMEOUT, authorizerOutputs, createAuthorizerResources } from './resources/authorizer.ts';
import { createDashboard } from './resources/dashboard.ts';
import { createEventResources } from './resources/events.ts';
import { createIdentityTable } from './resources/identities.ts';
import { needsFetchedKeys } from './resources/issuers.ts';
import { needsEvents } from './resources/jobs.ts';
import { createSigningKeys, getKeyArn, KEYS } from './resources/keys.ts';
import { createLogGroups } from './resources/logs.ts';
import { createRefresherResources } from './resources/refresher.ts';
import { createRoles, listExchangeRights, startId } from './resources/roles.ts';
import { createRotationResources } from './resources/rotation.ts';
import { createSealingResources } from './resources/sealing.ts';
import { createSpentTable } from './resources/spent.ts';
import { createProviderPolicy, PROVIDER_RIGHTS, surroundAll } from './resources/surroundings.ts';
import { createSwitchTable } from './resources/switches.ts';
import { writeEnvironment } from './wiring.ts';

/** A function as the Serverless Framework reads it, but for its handler and package: the build knows those. */
type FunctionSetting = {
  readonly runtime: 'nodejs24.x';
  readonly architecture: 'arm64' | 'x86_64';
  readonly memorySize: number;
  readonly timeout: number;
  readonly versionFunction: false;
  readonly role: TemplateText;
  readonly dependsOn: readonly string[];
  readonly environment: { readonly [name: string]: TemplateText };
  readonly reservedConcurrency?: number;
};

export type DeployTemplate = {
  /** Those beside the first two are there where a part of the deployment needs them. */
  readonly functions: { readonly [name in FunctionName]?: FunctionSetting } & {
    readonly [name in 'exchange' | 'discovery']: FunctionSetting;
  };
  readonly resources: { readonly Resources: Resources; readonly Outputs: Outputs };
};

/**
 * Longer than what is inside waits at worst (keys of an issuer 4 s, three tables of 2 s each, two calls of AWS of 6 s,
 * the audit event 3 s), shorter than the gateway (29 s): D18. Who looks a job up issues by 9 s (LATEST_ISSUE), or not.
 */
const TIMEOUT = 26;
/** MB, which is also CPU: below this a cold start is stretched. */
const MEMORY = 512;

function createFunctionSetting(
  name: FunctionName,
  rights: readonly string[],
  input: TemplateInput,
): FunctionSetting {
  return {
    runtime: 'nodejs24.x',
    architecture: input.options.provider.architecture,
    memorySize: MEMORY,
    timeout: TIMEOUT,
    // Nothing points at a version: each deployment would leave one behind.
    versionFunction: false,
    // Fn::Sub and not Fn::GetAtt, to which the Serverless Framework would add a DependsOn that says the same again.
    role: substitute(`\${${startId(name)}Role.Arn}`),
    dependsOn: createProviderPolicy(input.options.provider) ? [...rights, PROVIDER_RIGHTS] : rights,
    environment: writeEnvironment(name, input),
  };
}

function createOutputs(input: TemplateInput): Outputs {
  const { config, options } = input;
  const { domain, functionUrl } = options;
  const ofAws = substitute('https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}');
  return {
    Url: { Description: 'Where kite-sts answers', Value: domain ? `https://${domain.name}` : ofAws },
    ...(functionUrl ? functionUrlOutput : {}),
    ExchangeRoleArn: {
      Description: 'The role that target roles trust: BrokerRoleArn of kite-sts-target.yml',
      Value: getAttribute('ExchangeRole', 'Arn'),
    },
    FirstSigningKeyArn: { Description: 'The first signing key', Value: getKeyArn(KEYS.first) },
    SecondSigningKeyArn: { Description: 'The second signing key', Value: getKeyArn(KEYS.second) },
    ...(config.registries.length > 0 ? authorizerOutputs : {}),
  };
}

/** The policy that no role goes beyond, where there is one. */
function findRoleBoundary(input: TemplateInput): TemplateText | undefined {
  const { account, provider } = input.options;
  return (
    provider.permissionsBoundary ?? (account === undefined ? undefined : findBoundaryArn(input, account))
  );
}

/** Creates all resources but the dashboard, which is drawn from them, and what `provider` says of roles. */
function createResources(input: TemplateInput, complaints: Complaints): Resources {
  const { config, options } = input;
  const sealed = options.signing === 'sealed';
  const protects = config.registries.length > 0;
  const images = config.registries.some(each => each.kind === 'oci');
  const signers = sealed ? ['ExchangeRole', 'RotationRole'] : ['ExchangeRole'];
  const readers = protects ? ['DiscoveryRole', 'AuthorizerRole'] : ['DiscoveryRole'];
  return {
    ...createRoles(input, complaints),
    ...createSigningKeys(signers, readers),
    ...(sealed
      ? { ...createSealingResources(config.url, options), ...createRotationResources(options) }
      : {}),
    ...(protects ? createAuthorizerResources(config, options) : {}),
    ...(needsFetchedKeys(config) ? createRefresherResources(config, options) : {}),
    ...(needsEvents(config) ? createEventResources(config, options) : {}),
    ...createLogGroups(options.logRetentionDays),
    ...createApi(options, images),
    ...createIdentityTable(config),
    ...createSpentTable(config),
    ...createSwitchTable(options),
    ...createAlarms(options.alarms),
  };
}

function createFunctions(input: TemplateInput, resources: Resources): DeployTemplate['functions'] {
  const { config, options } = input;
  const { reservedConcurrency } = options;
  const create = (name: FunctionName, ...rights: readonly string[]) =>
    createFunctionSetting(name, rights, input);
  return {
    exchange: {
      ...create('exchange', ...listExchangeRights(resources)),
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
    },
    discovery: create('discovery', 'DiscoveryRights'),
    ...(options.signing === 'sealed' ? { rotation: create('rotation', 'RotationRights') } : {}),
    ...(needsEvents(config) ? { events: create('events', 'EventsRights') } : {}),
    ...(needsFetchedKeys(config) ? { refresher: create('refresher', 'RefresherRights') } : {}),
    ...(config.registries.length > 0
      ? { authorizer: { ...create('authorizer', 'AuthorizerRights'), timeout: AUTHORIZER_TIMEOUT } }
      : {}),
  };
}

function buildTemplate(input: TemplateInput): {
  readonly template: DeployTemplate;
  readonly complaints: readonly Complaint[];
} {
  const { config, options } = input;
  const complaints = new Complaints();
  checkApps(config, options.appKeys, complaints);
  checkLimits(input, complaints);
  const provider = { ...options.provider, permissionsBoundary: findRoleBoundary(input) };
  const resources = surroundAll(createResources(input, complaints), provider);
  const dashboard = options.dashboard ? createDashboard(resources, config) : {};
  const template = {
    functions: createFunctions(input, resources),
    resources: { Resources: { ...resources, ...dashboard }, Outputs: createOutputs(input) },
  };
  return { template, complaints: complaints.all };
}

/** Lists what of a configuration and its options cannot be deployed together. */
export function listTemplateComplaints(input: TemplateInput): readonly Complaint[] {
  return buildTemplate(input).complaints;
}

/**
 * Creates all that is deployed, as data: the same configuration and options give the same template. Throws what
 * `listTemplateComplaints` finds, so that nothing wrong is packaged by who forgot to ask.
 */
export function createTemplate(input: TemplateInput): DeployTemplate {
  const { template, complaints } = buildTemplate(input);
  if (complaints.length > 0) throw new Error(complaints.map(writeComplaint).join('\n'));
  return template;
}
