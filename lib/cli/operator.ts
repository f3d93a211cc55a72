import type { defaultProvider } from '@aws-sdk/credential-provider-node';
import { createAccountReader, type ReadAccount } from '../aws/account.ts';
import { AwsError, type AwsSetting } from '../aws/call.ts';
import { createDynamoTable } from '../aws/dynamo.ts';
import type { AwsAccessKey } from '../aws/sign.ts';
import { findCallerArn } from '../aws/sts.ts';
import { createTableSwitches, deriveSwitchTableName, type SwitchStore } from '../stores/switches.ts';
import { readCommandSettings } from './configuration.ts';
import { Failure, type Flags, readFlag, type Terminal, UsageError, type VerbOptions } from './verb.ts';

/** Which deployment is operated: options of every verb that does. */
export const STACK_OPTIONS = {
  stack: {
    type: 'string',
    value: 'STACK',
    required: true,
    help: 'The CloudFormation stack of the broker, such as `kite-sts-prod`.',
  },
  region: {
    type: 'string',
    value: 'REGION',
    help: 'Where it is. The default is `AWS_REGION`, then `AWS_DEFAULT_REGION`, then the region of the AWS profile.',
  },
} as const satisfies VerbOptions;

type Environment = Terminal['environment'];

function readEnvironmentKeys(environment: Environment): AwsAccessKey | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment;
  return accessKeyId && secretAccessKey
    ? { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
    : undefined;
}

const NONE =
  'There are no credentials of AWS: sign in, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and its kin.';

/**
 * By AWS's own chain: profiles, single sign-on, a process, a container, a machine. Loaded for this alone. Of what went
 * wrong one line is told: what a program of the user printed may hold a secret.
 */
async function findByChain(of: Parameters<typeof defaultProvider>[0] = {}): Promise<AwsAccessKey> {
  const chain = await import('@aws-sdk/credential-provider-node');
  try {
    return await chain.defaultProvider(of)();
  } catch (error) {
    const { name, message } = error as Error;
    const isOfChain = ['CredentialsProviderError', 'TokenProviderError'].includes(name);
    throw new Failure(`${NONE} ${isOfChain ? message.split('\n')[0] : name}\n`);
  }
}

/** As AWS's chain has it, keys of the environment come first, unless a profile is named. */
async function findOperatorKeys(environment: Environment): Promise<AwsAccessKey> {
  const keys = environment['AWS_PROFILE'] ? undefined : readEnvironmentKeys(environment);
  return keys ?? findByChain();
}

/** Where AWS's own files are, if not where they always are. */
function locateFiles(environment: Environment) {
  const { AWS_CONFIG_FILE: configFilepath, AWS_SHARED_CREDENTIALS_FILE: filepath } = environment;
  return { ...(configFilepath ? { configFilepath } : {}), ...(filepath ? { filepath } : {}) };
}

/** The profiles of AWS's own files, by AWS's own loader. Loaded for this alone. */
async function readProfiles(environment: Environment) {
  const { loadSharedConfigFiles } = await import('@smithy/core/config');
  return loadSharedConfigFiles(locateFiles(environment));
}

/** The region of the profile that the chain takes keys from. */
async function findProfileRegion(profile: string, environment: Environment): Promise<string | undefined> {
  const files = await readProfiles(environment);
  // As AWS's SDK has it, the file of credentials counts first.
  return files.credentialsFile[profile]?.['region'] ?? files.configFile[profile]?.['region'];
}

const REGIONS = ['AWS_REGION', 'AWS_DEFAULT_REGION'] as const;

/** Throws `UsageError`, which says where a region was looked for. */
async function findRegion(flags: Flags, environment: Environment): Promise<string> {
  const profile = environment['AWS_PROFILE'] || 'default';
  const region =
    readFlag(flags, 'region') ||
    REGIONS.map(name => environment[name]).find(Boolean) ||
    (await findProfileRegion(profile, environment));
  if (region) return region;
  throw new UsageError(
    `There is no region of AWS, where the broker is deployed: give --region. ${REGIONS.join(' and ')} are not set, and the profile "${profile}" has no region in AWS's own files.`,
  );
}

/** How AWS is asked, with keys that are looked for once. */
type OperatorSetting = AwsSetting & { readonly credentials: () => Promise<AwsAccessKey> };

async function findAwsSetting(flags: Flags, terminal: Terminal): Promise<OperatorSetting> {
  const { environment } = terminal;
  const { awsEndpoint } = readCommandSettings(flags, terminal);
  let keys: Promise<AwsAccessKey> | undefined;
  return {
    region: await findRegion(flags, environment),
    credentials: () => (keys ??= findOperatorKeys(environment)),
    ...(awsEndpoint === undefined ? {} : { endpoint: awsEndpoint }),
  };
}

/** A deployment in the hands of whoever operates it. Each call throws `Failure`. */
export type OperatedBroker = SwitchStore & {
  /** The ARN of who operates it. */
  readonly who: () => Promise<string>;
};

function createFailureTelling(where: string) {
  return (error: unknown): never => {
    if (!(error instanceof AwsError)) throw error;
    const missing = error.code === 'ResourceNotFoundException' ? ' Is --stack the name of the stack?' : '';
    throw new Failure(`${where}: ${error.code}: ${error.message}${missing}\n`);
  };
}

/** Reads which deployment is meant, and asks AWS for nothing yet. Throws `UsageError`. */
export async function openOperatedBroker(flags: Flags, terminal: Terminal): Promise<OperatedBroker> {
  const stack = readFlag(flags, 'stack');
  if (stack === undefined) throw new UsageError('--stack is required: the stack of the broker.');
  const aws = await findAwsSetting(flags, terminal);
  const name = deriveSwitchTableName(stack);
  const store = createTableSwitches(createDynamoTable(name, aws));
  // Before AWS is asked: that there are no keys is no answer of AWS, and is told as it is.
  const withKeys = <Result>(ask: () => Promise<Result>) => aws.credentials().then(ask);
  const told = createFailureTelling(`${name} in ${aws.region}`);
  return {
    list: () => withKeys(() => store.list().catch(told)),
    set: change => withKeys(() => store.set(change).catch(told)),
    who: () => withKeys(() => findCallerArn(aws).catch(createFailureTelling('sts:GetCallerIdentity'))),
  };
}

/** How accounts are read by whoever operates a broker: the broker's own, and others. */
export type OperatorReader = {
  readonly region: string;
  readonly read: ReadAccount;
  /** By the profile of AWS that is named by the account's number; undefined where there is none. */
  readonly readIn: (account: string) => Promise<ReadAccount | undefined>;
};

/** Reads where the broker is, and looks for keys. Throws `UsageError`, and `Failure` where there are none. */
export async function createOperatorReader(flags: Flags, terminal: Terminal): Promise<OperatorReader> {
  const aws = await findAwsSetting(flags, terminal);
  // First: that there are no keys is no answer of AWS, and is told as it is.
  await aws.credentials();
  return {
    region: aws.region,
    read: createAccountReader(aws),
    async readIn(account) {
      const { configFile, credentialsFile } = await readProfiles(terminal.environment);
      if (!configFile[account] && !credentialsFile[account]) return undefined;
      let keys: Promise<AwsAccessKey> | undefined;
      const files = locateFiles(terminal.environment);
      return createAccountReader({
        ...aws,
        credentials: () => (keys ??= findByChain({ profile: account, ...files })),
      });
    },
  };
}
