import type { ParseArgsOptionsConfig } from 'node:util';
import { AwsError, type AwsSetting } from '../aws/call.ts';
import { dynamoTable } from '../aws/dynamo.ts';
import type { AwsKeys } from '../aws/sign.ts';
import { callerOf } from '../aws/sts.ts';
import type { NoSubjectToken } from '../client/subject/mint.ts';
import { programIn } from '../client/subject/program.ts';
import { jsonObject } from '../http/json.ts';
import { type SwitchStore, switchTableName, tableSwitches } from '../stores/switches.ts';
import { settingsOf } from './configuration.ts';
import { Failure, type Flags, flag, type Terminal, UsageError } from './verb.ts';

/** Which deployment is operated: options of every verb that does. */
export const STACK_OPTIONS = {
  stack: { type: 'string' },
  region: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

/** The help for them. */
export const STACK_HELP = `  --stack STACK       the CloudFormation stack of the broker, such as kite-sts-prod
  --region REGION     where it is (default: AWS_REGION)
`;

type Environment = Terminal['environment'];

const inEnvironment = (environment: Environment): AwsKeys | undefined => {
  const [accessKeyId, secretAccessKey, sessionToken] = [
    'ACCESS_KEY_ID',
    'SECRET_ACCESS_KEY',
    'SESSION_TOKEN',
  ].map(name => environment[`AWS_${name}`]);
  return accessKeyId && secretAccessKey
    ? { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
    : undefined;
};

const EXPORT = ['configure', 'export-credentials', '--format', 'process'];

const NONE =
  'There are no credentials of AWS: set AWS_ACCESS_KEY_ID and its kin, or AWS_PROFILE for the AWS CLI.';

/** Version 1 knows no export-credentials, and says so by what stands for wrong usage: 252, or 2 in older ones. */
const WRONG_USAGE = /^aws failed \((2|252)\)/;
const OLD = 'The aws on PATH cannot export credentials: version 2 of the AWS CLI is needed.';

/** By the AWS CLI, which knows profiles and single sign-on. What it prints is never told: it holds a secret. */
const byProgram = async (environment: Environment): Promise<AwsKeys> => {
  const printed = await programIn(environment)('aws', EXPORT).catch(({ message }: NoSubjectToken) => {
    throw new Failure(`${NONE} ${WRONG_USAGE.test(message) ? OLD : message}\n`);
  });
  const { AccessKeyId, SecretAccessKey, SessionToken } = jsonObject(printed) ?? {};
  if (!AccessKeyId || !SecretAccessKey) throw new Failure(`${NONE} aws printed something else.\n`);
  return {
    accessKeyId: String(AccessKeyId),
    secretAccessKey: String(SecretAccessKey),
    ...(SessionToken ? { sessionToken: String(SessionToken) } : {}),
  };
};

const awsOf = (flags: Flags, terminal: Terminal): AwsSetting => {
  const { environment } = terminal;
  const region = flag(flags, 'region') ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  if (!region) throw new UsageError('--region is required, or AWS_REGION: where the broker is deployed.');
  const { awsEndpoint } = settingsOf(flags, terminal);
  let keys: Promise<AwsKeys> | undefined;
  return {
    region,
    credentials: () => (keys ??= Promise.resolve(inEnvironment(environment) ?? byProgram(environment))),
    ...(awsEndpoint === undefined ? {} : { endpoint: awsEndpoint }),
  };
};

/** A deployment in the hands of whoever operates it. Each call throws `Failure`. */
export type Operated = SwitchStore & {
  /** The ARN of who operates it. */
  readonly who: () => Promise<string>;
};

const plainly =
  (where: string) =>
  (error: unknown): never => {
    if (!(error instanceof AwsError)) throw error;
    const missing = error.code === 'ResourceNotFoundException' ? ' Is --stack the name of the stack?' : '';
    throw new Failure(`${where}: ${error.code}: ${error.message}${missing}\n`);
  };

/** Reads which deployment is meant, and asks AWS for nothing yet. Throws `UsageError`. */
export const operated = (flags: Flags, terminal: Terminal): Operated => {
  const stack = flag(flags, 'stack');
  if (stack === undefined) throw new UsageError('--stack is required: the stack of the broker.');
  const aws = awsOf(flags, terminal);
  const name = switchTableName(stack);
  const store = tableSwitches(dynamoTable(name, aws));
  const told = plainly(`${name} in ${aws.region}`);
  return {
    all: () => store.all().catch(told),
    set: change => store.set(change).catch(told),
    who: () => callerOf(aws).catch(plainly('sts:GetCallerIdentity')),
  };
};
