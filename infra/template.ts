import type { Config } from '../lib/config/load.ts';
import { type Complain, type Complaint, complaintText } from '../lib/policy/complaint.ts';
import type { DeployOptions } from './options.ts';
import { alarms } from './resources/alarms.ts';
import { api } from './resources/api.ts';
import { AUTHORIZER_TIMEOUT, authorizer, authorizerOutputs } from './resources/authorizer.ts';
import { attribute, type Outputs, type Resources, sub, type Text } from './resources/cloudformation.ts';
import { identitySetting, identityTable } from './resources/identities.ts';
import { KEYS, keyArn, keysInOrder, signingKeys } from './resources/keys.ts';
import { logGroups } from './resources/logs.ts';
import { exchangeRights, roles } from './resources/roles.ts';
import { rotation } from './resources/rotation.ts';
import { sealing, sealingSetting } from './resources/sealing.ts';

export type TemplateInput = { readonly config: Config; readonly options: DeployOptions };

/** A function as the Serverless Framework reads it, but for its handler and package: the build knows those. */
export type FunctionSetting = {
  readonly runtime: 'nodejs24.x';
  readonly architecture: 'arm64';
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
    /** Where there are registries. */
    readonly authorizer?: FunctionSetting;
  };
  readonly resources: { readonly Resources: Resources; readonly Outputs: Outputs };
};

/** Longer than what is inside waits at worst (keys 2 s, and two calls of AWS of 6 s), shorter than the gateway (29 s): D18. */
const TIMEOUT = 20;
/** MB, which is also CPU: below this a cold start is stretched. */
const MEMORY = 512;

const setting = (
  role: string,
  dependsOn: readonly string[],
  { signing, signingKey }: DeployOptions,
): FunctionSetting => ({
  runtime: 'nodejs24.x',
  architecture: 'arm64',
  memorySize: MEMORY,
  timeout: TIMEOUT,
  // Nothing points at a version: each deployment would leave one behind.
  versionFunction: false,
  // Fn::Sub and not Fn::GetAtt, to which the Serverless Framework would add a DependsOn that says the same again.
  role: sub(`\${${role}.Arn}`),
  dependsOn,
  environment: {
    KITE_STS_SIGNING_KEYS: { 'Fn::Join': [',', keysInOrder(signingKey).map(keyArn)] },
    ...(signing === 'sealed' ? sealingSetting : {}),
    KITE_STS_LOG_LEVEL: 'info',
  },
});

/** It signs nothing, so it is told of no key. */
const authorizerSetting = (options: DeployOptions): FunctionSetting => ({
  ...setting('AuthorizerRole', ['AuthorizerRights'], options),
  timeout: AUTHORIZER_TIMEOUT,
  environment: { KITE_STS_LOG_LEVEL: 'info' },
});

const outputs = ({ config, options: { domain } }: TemplateInput): Outputs => ({
  Url: {
    Description: 'Where kite-sts answers',
    Value: domain
      ? `https://${domain.name}`
      : sub('https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}'),
  },
  ExchangeRoleArn: {
    Description: 'The role that target roles trust: BrokerRoleArn of kite-sts-target.yml',
    Value: attribute('ExchangeRole', 'Arn'),
  },
  FirstSigningKeyArn: { Description: 'The first signing key', Value: keyArn(KEYS.first) },
  SecondSigningKeyArn: { Description: 'The second signing key', Value: keyArn(KEYS.second) },
  ...(config.registries.length > 0 ? authorizerOutputs : {}),
});

const made = (input: TemplateInput, complain: Complain): Template => {
  const { config, options } = input;
  const { alarms: wanted, logRetentionDays, reservedConcurrency } = options;
  const sealed = options.signing === 'sealed';
  const protects = config.registries.length > 0;
  const Resources: Resources = {
    ...roles({ ...options, config }, complain),
    ...signingKeys(sealed ? ['ExchangeRole', 'RotationRole'] : ['ExchangeRole']),
    ...(sealed ? { ...sealing(config.url), ...rotation(options) } : {}),
    ...(protects ? authorizer(options) : {}),
    ...logGroups(logRetentionDays),
    ...api(options),
    ...identityTable(config),
    ...alarms(wanted),
  };
  const exchange = setting('ExchangeRole', exchangeRights(Resources), options);
  return {
    functions: {
      exchange: {
        ...exchange,
        environment: { ...exchange.environment, ...identitySetting(config) },
        ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
      },
      discovery: setting('DiscoveryRole', ['DiscoveryRights'], options),
      ...(sealed ? { rotation: setting('RotationRole', ['RotationRights'], options) } : {}),
      ...(protects ? { authorizer: authorizerSetting(options) } : {}),
    },
    resources: { Resources, Outputs: outputs(input) },
  };
};

/** What of a configuration and its options cannot be deployed together. */
export const templateComplaints = (input: TemplateInput): readonly Complaint[] => {
  const complaints: Complaint[] = [];
  made(input, (rule, place, message) => void complaints.push({ rule, place, message }));
  return complaints;
};

/**
 * All that is deployed, as data: the same configuration and options give the same template. Throws what
 * `templateComplaints` finds, so that nothing wrong is packaged by who forgot to ask.
 */
export const template = (input: TemplateInput): Template => {
  const complaints: Complaint[] = [];
  const whole = made(input, (rule, place, message) => void complaints.push({ rule, place, message }));
  if (complaints.length > 0) throw new Error(complaints.map(complaintText).join('\n'));
  return whole;
};
