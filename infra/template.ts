import type { FunctionName } from '../lib/config/wiring.ts';
import { type Complain, type Complaint, writeComplaint } from '../lib/language/complaint.ts';
import {
  getAttribute,
  type Outputs,
  type Resources,
  substitute,
  type TemplateText,
} from './cloudformation.ts';
import type { TemplateInput } from './input.ts';
import { findBoundaryArn } from './input.ts';
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
import { createRoles, listExchangeRights } from './resources/roles.ts';
import { createRotationResources } from './resources/rotation.ts';
import { createSealingResources } from './resources/sealing.ts';
import { createSpentTable } from './resources/spent.ts';
import { createProviderPolicy, PROVIDER_RIGHTS, surroundAll } from './resources/surroundings.ts';
import { createSwitchTable } from './resources/switches.ts';
import { writeEnvironment } from './wiring.ts';

/** A function as the Serverless Framework reads it, but for its handler and package: the build knows those. */
export type FunctionSetting = {
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
  readonly functions: {
    readonly exchange: FunctionSetting;
    readonly discovery: FunctionSetting;
    /** Where keys are sealed. */
    readonly rotation?: FunctionSetting;
    /** Where Buildkite's events are heard. */
    readonly events?: FunctionSetting;
    /** Where keys of issuers are fetched. */
    readonly refresher?: FunctionSetting;
    /** Where there are registries. */
    readonly authorizer?: FunctionSetting;
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
    role: substitute(`\${${name.replace(/^./, letter => letter.toUpperCase())}Role.Arn}`),
    dependsOn: createProviderPolicy(input.options.provider) ? [...rights, PROVIDER_RIGHTS] : rights,
    environment: writeEnvironment(name, input),
  };
}

function createOutputs({ config, options: { domain, functionUrl } }: TemplateInput): Outputs {
  return {
    Url: {
      Description: 'Where kite-sts answers',
      Value: domain
        ? `https://${domain.name}`
        : substitute('https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}'),
    },
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
function findBoundary({ options, stack }: TemplateInput): TemplateText | undefined {
  const { account, provider } = options;
  return (
    provider.permissionsBoundary ??
    (account === undefined ? undefined : findBoundaryArn({ options, stack }, account))
  );
}

function buildTemplate(input: TemplateInput, complain: Complain): DeployTemplate {
  const { config, options, stack } = input;
  const { alarms: wanted, logRetentionDays, reservedConcurrency } = options;
  const sealed = options.signing === 'sealed';
  const protects = config.registries.length > 0;
  const fetches = needsFetchedKeys(config);
  const hears = needsEvents(config);
  checkApps(config, options.appKeys, complain);
  checkLimits(input, complain);
  const ours: Resources = {
    ...createRoles({ ...options, config, stack }, complain),
    ...createSigningKeys(sealed ? ['ExchangeRole', 'RotationRole'] : ['ExchangeRole'], [
      'DiscoveryRole',
      ...(protects ? ['AuthorizerRole'] : []),
    ]),
    ...(sealed
      ? { ...createSealingResources(config.url, options), ...createRotationResources(options) }
      : {}),
    ...(protects ? createAuthorizerResources(config, options) : {}),
    ...(fetches ? createRefresherResources(config, options) : {}),
    ...(hears ? createEventResources(config, options) : {}),
    ...createLogGroups(logRetentionDays),
    ...createApi(
      options,
      config.registries.some(({ kind }) => kind === 'oci'),
    ),
    ...createIdentityTable(config),
    ...createSpentTable(config),
    ...createSwitchTable(options),
    ...createAlarms(wanted),
  };
  const Resources = surroundAll(ours, { ...options.provider, permissionsBoundary: findBoundary(input) });
  return {
    functions: {
      exchange: {
        ...createFunctionSetting('exchange', listExchangeRights(Resources), input),
        ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
      },
      discovery: createFunctionSetting('discovery', ['DiscoveryRights'], input),
      ...(sealed ? { rotation: createFunctionSetting('rotation', ['RotationRights'], input) } : {}),
      ...(hears ? { events: createFunctionSetting('events', ['EventsRights'], input) } : {}),
      ...(fetches ? { refresher: createFunctionSetting('refresher', ['RefresherRights'], input) } : {}),
      ...(protects
        ? {
            authorizer: {
              ...createFunctionSetting('authorizer', ['AuthorizerRights'], input),
              timeout: AUTHORIZER_TIMEOUT,
            },
          }
        : {}),
    },
    resources: {
      Resources: options.dashboard ? { ...Resources, ...createDashboard(Resources, config) } : Resources,
      Outputs: createOutputs(input),
    },
  };
}

/** What of a configuration and its options cannot be deployed together. */
export function listTemplateComplaints(input: TemplateInput): readonly Complaint[] {
  const complaints: Complaint[] = [];
  buildTemplate(input, (rule, place, message) => void complaints.push({ rule, place, message }));
  return complaints;
}

/**
 * All that is deployed, as data: the same configuration and options give the same template. Throws what
 * `listTemplateComplaints` finds, so that nothing wrong is packaged by who forgot to ask.
 */
export function createTemplate(input: TemplateInput): DeployTemplate {
  const complaints: Complaint[] = [];
  const whole = buildTemplate(
    input,
    (rule, place, message) => void complaints.push({ rule, place, message }),
  );
  if (complaints.length > 0) throw new Error(complaints.map(writeComplaint).join('\n'));
  return whole;
}
