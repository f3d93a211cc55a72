import type { FunctionName } from '../lib/config/wiring.ts';
import { type Complain, type Complaint, writeComplaint } from '../lib/language/complaint.ts';
import { attribute, type Outputs, type Resources, sub, type Text } from './cloudformation.ts';
import type { TemplateInput } from './input.ts';
import { findBoundaryArn } from './input.ts';
import { checkLimits } from './limits.ts';
import { alarms } from './resources/alarms.ts';
import { api, functionUrlOutput } from './resources/api.ts';
import { checkApps } from './resources/apps.ts';
import { AUTHORIZER_TIMEOUT, authorizer, authorizerOutputs } from './resources/authorizer.ts';
import { dashboard } from './resources/dashboard.ts';
import { events } from './resources/events.ts';
import { identityTable } from './resources/identities.ts';
import { fetchesKeys } from './resources/issuers.ts';
import { hearsEvents } from './resources/jobs.ts';
import { KEYS, keyArn, signingKeys } from './resources/keys.ts';
import { logGroups } from './resources/logs.ts';
import { refresher } from './resources/refresher.ts';
import { exchangeRights, roles } from './resources/roles.ts';
import { rotation } from './resources/rotation.ts';
import { sealing } from './resources/sealing.ts';
import { spentTable } from './resources/spent.ts';
import { PROVIDER_RIGHTS, providerPolicy, surround } from './resources/surroundings.ts';
import { switchTable } from './resources/switches.ts';
import { writeEnvironment } from './wiring.ts';

/** A function as the Serverless Framework reads it, but for its handler and package: the build knows those. */
export type FunctionSetting = {
  readonly runtime: 'nodejs24.x';
  readonly architecture: 'arm64' | 'x86_64';
  readonly memorySize: number;
  readonly timeout: number;
  readonly versionFunction: false;
  readonly role: Text;
  readonly dependsOn: readonly string[];
  readonly environment: { readonly [name: string]: Text };
  readonly reservedConcurrency?: number;
};

export type Template = {
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
 * the audit event 3 s), shorter than the gateway (29 s): D18.
 */
const TIMEOUT = 26;
/** MB, which is also CPU: below this a cold start is stretched. */
const MEMORY = 512;

function setting(name: FunctionName, rights: readonly string[], input: TemplateInput): FunctionSetting {
  return {
    runtime: 'nodejs24.x',
    architecture: input.options.provider.architecture,
    memorySize: MEMORY,
    timeout: TIMEOUT,
    // Nothing points at a version: each deployment would leave one behind.
    versionFunction: false,
    // Fn::Sub and not Fn::GetAtt, to which the Serverless Framework would add a DependsOn that says the same again.
    role: sub(`\${${name.replace(/^./, letter => letter.toUpperCase())}Role.Arn}`),
    dependsOn: providerPolicy(input.options.provider) ? [...rights, PROVIDER_RIGHTS] : rights,
    environment: writeEnvironment(name, input),
  };
}

function outputs({ config, options: { domain, functionUrl } }: TemplateInput): Outputs {
  return {
    Url: {
      Description: 'Where kite-sts answers',
      Value: domain
        ? `https://${domain.name}`
        : sub('https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}'),
    },
    ...(functionUrl ? functionUrlOutput : {}),
    ExchangeRoleArn: {
      Description: 'The role that target roles trust: BrokerRoleArn of kite-sts-target.yml',
      Value: attribute('ExchangeRole', 'Arn'),
    },
    FirstSigningKeyArn: { Description: 'The first signing key', Value: keyArn(KEYS.first) },
    SecondSigningKeyArn: { Description: 'The second signing key', Value: keyArn(KEYS.second) },
    ...(config.registries.length > 0 ? authorizerOutputs : {}),
  };
}

/** The policy that no role goes beyond, where there is one. */
function findBoundary({ options, stack }: TemplateInput): Text | undefined {
  const { account, provider } = options;
  return (
    provider.permissionsBoundary ??
    (account === undefined ? undefined : findBoundaryArn({ options, stack }, account))
  );
}

function made(input: TemplateInput, complain: Complain): Template {
  const { config, options, stack } = input;
  const { alarms: wanted, logRetentionDays, reservedConcurrency } = options;
  const sealed = options.signing === 'sealed';
  const protects = config.registries.length > 0;
  const fetches = fetchesKeys(config);
  const hears = hearsEvents(config);
  checkApps(config, options.appKeys, complain);
  checkLimits(input, complain);
  const ours: Resources = {
    ...roles({ ...options, config, stack }, complain),
    ...signingKeys(sealed ? ['ExchangeRole', 'RotationRole'] : ['ExchangeRole'], [
      'DiscoveryRole',
      ...(protects ? ['AuthorizerRole'] : []),
    ]),
    ...(sealed ? { ...sealing(config.url, options), ...rotation(options) } : {}),
    ...(protects ? authorizer(config, options) : {}),
    ...(fetches ? refresher(config, options) : {}),
    ...(hears ? events(config, options) : {}),
    ...logGroups(logRetentionDays),
    ...api(
      options,
      config.registries.some(({ kind }) => kind === 'oci'),
    ),
    ...identityTable(config),
    ...spentTable(config),
    ...switchTable(options),
    ...alarms(wanted),
  };
  const Resources = surround(ours, { ...options.provider, permissionsBoundary: findBoundary(input) });
  return {
    functions: {
      exchange: {
        ...setting('exchange', exchangeRights(Resources), input),
        ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
      },
      discovery: setting('discovery', ['DiscoveryRights'], input),
      ...(sealed ? { rotation: setting('rotation', ['RotationRights'], input) } : {}),
      ...(hears ? { events: setting('events', ['EventsRights'], input) } : {}),
      ...(fetches ? { refresher: setting('refresher', ['RefresherRights'], input) } : {}),
      ...(protects
        ? {
            authorizer: {
              ...setting('authorizer', ['AuthorizerRights'], input),
              timeout: AUTHORIZER_TIMEOUT,
            },
          }
        : {}),
    },
    resources: {
      Resources: options.dashboard ? { ...Resources, ...dashboard(Resources, config) } : Resources,
      Outputs: outputs(input),
    },
  };
}

/** What of a configuration and its options cannot be deployed together. */
export function templateComplaints(input: TemplateInput): readonly Complaint[] {
  const complaints: Complaint[] = [];
  made(input, (rule, place, message) => void complaints.push({ rule, place, message }));
  return complaints;
}

/**
 * All that is deployed, as data: the same configuration and options give the same template. Throws what
 * `templateComplaints` finds, so that nothing wrong is packaged by who forgot to ask.
 */
export function template(input: TemplateInput): Template {
  const complaints: Complaint[] = [];
  const whole = made(input, (rule, place, message) => void complaints.push({ rule, place, message }));
  if (complaints.length > 0) throw new Error(complaints.map(writeComplaint).join('\n'));
  return whole;
}
