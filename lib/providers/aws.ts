import { createHash } from 'node:crypto';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type AssumeRoleCommandOutput,
  STSClient,
} from '@aws-sdk/client-sts';
import { BrokerError } from '../errors.ts';
import type { Grant } from '../policy/decide.ts';
import type { AwsTarget } from '../policy/kinds/aws.ts';
import type { AwsCredential, GrantOf, Provider } from './provider.ts';

/** How the STS client reaches AWS. Without `credentials`, the SDK's own chain finds them. */
export type AwsSetting = {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

// D08: short patience and few attempts, so that a step hears of an outage while it can still try again.
const CONNECT_MS = 500;
const ATTEMPT_MS = 2000;
const ATTEMPTS = 3;
/** AWS may count from its own clock; a credential that lives longer than this beyond the grant is refused. */
const EXPIRY_TOLERANCE = 60;

const client = ({ region, endpoint, credentials }: AwsSetting): STSClient =>
  new STSClient({
    region,
    maxAttempts: ATTEMPTS,
    // Without throwOnRequestTimeout the SDK only warns, and waits on.
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ATTEMPT_MS,
      socketTimeout: ATTEMPT_MS,
      throwOnRequestTimeout: true,
    },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const GROUP_LENGTH = 20;
const RUN_LENGTH = 20;

/** RFC 4648 §6 in lower case, of ten bytes: sixteen characters without padding. */
const base32 = (bytes: Uint8Array): string => {
  const bits = [...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map(five => BASE32[Number.parseInt(five, 2)]).join('');
};

/** What STS takes in a session name (`[\w+=,.@-]`); anything else becomes `-`, since the hash tells names apart. */
const label = (text: string, length: number): string => text.replace(/[^\w+=,@-]/g, '-').slice(0, length);

/**
 * The AWS session name: `‹pipeline›.‹build›.‹base32 of 80 bits of SHA-256(iss, job, role)›`. Readable in
 * CloudTrail, and one for each job and role (threat T47).
 */
export const sessionName = ({ group, run, key }: Grant['session']): string => {
  const hash = createHash('sha256').update(JSON.stringify(key)).digest().subarray(0, 10);
  return `${label(group, GROUP_LENGTH)}.${label(run, RUN_LENGTH)}.${base32(hash)}`;
};

const input = ({ target, seconds, session }: GrantOf<AwsTarget>): AssumeRoleCommandInput => {
  const name = sessionName(session);
  return {
    RoleArn: target.roleArn,
    RoleSessionName: name,
    DurationSeconds: seconds,
    ExternalId: target.externalId,
    ...(target.sourceIdentity ? { SourceIdentity: name } : {}),
    ...(target.tags.length > 0
      ? { Tags: target.tags.map(({ key, value }) => ({ Key: key, Value: value })) }
      : {}),
    ...(target.transitiveTags.length > 0 ? { TransitiveTagKeys: [...target.transitiveTags] } : {}),
    ...(target.policy === undefined ? {} : { Policy: target.policy }),
    ...(target.policyArns.length > 0 ? { PolicyArns: target.policyArns.map(arn => ({ arn })) } : {}),
  };
};

// What only time can heal. Anything else that STS says is a refusal, and would be said again.
const PASSING =
  /^(Throttling|ThrottlingException|TooManyRequests|RequestLimitExceeded|RequestTimeout|ServiceUnavailable|InternalFailure|InternalError|TimeoutError|PriorRequestNotComplete)/;

type SdkError = Error & { readonly $metadata?: { readonly httpStatusCode?: number } };

const failure = ({ name, message, $metadata }: SdkError): BrokerError => {
  const status = $metadata?.httpStatusCode;
  // A 2xx that could not be read says neither yes nor no: the answer broke off on its way.
  const unread = status !== undefined && status < 300;
  const passing = status === undefined || unread || status >= 500 || status === 429 || PASSING.test(name);
  // The SDK's message may quote ARNs and the endpoint: for the log alone. Its error carries the whole
  // answer, and one that could not be read may hold credentials, so that is not kept (threat T54).
  const words = unread ? 'an answer that cannot be read' : message;
  return new BrokerError(passing ? 'provider_unavailable' : 'provider_refused', {
    detail: `sts:AssumeRole ${name}${status === undefined ? '' : ` ${status}`}: ${words}`,
    cause: Object.assign(new Error(words), { name }),
  });
};

const account = (arn: string): string | undefined => arn.split(':')[4];

const credentialOf = (
  output: AssumeRoleCommandOutput,
  { target, seconds, session }: GrantOf<AwsTarget>,
  now: number,
): AwsCredential => {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = output.Credentials ?? {};
  const wrong = (detail: string): BrokerError =>
    new BrokerError('provider_refused', { detail: `sts:AssumeRole answered ${detail}` });
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration)
    throw wrong('without whole credentials');
  const expiresAt = Math.floor(Expiration.getTime() / 1000);
  if (!(expiresAt > now) || expiresAt > now + seconds + EXPIRY_TOLERANCE)
    throw wrong('with an expiry that was not asked for');
  const assumedRole = output.AssumedRoleUser?.Arn ?? '';
  if (account(assumedRole) !== account(target.roleArn)) throw wrong('for another account');
  return {
    kind: 'aws',
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    assumedRole,
    expiresAt,
    session: sessionName(session),
  };
};

/** AWS session credentials by AssumeRole, through the real SDK. One client a region, made when first needed. */
export const awsProvider = (setting: AwsSetting): Provider<AwsTarget, AwsCredential> => {
  const clients = new Map<string, STSClient>();
  const clientFor = (region: string): STSClient => {
    const kept = clients.get(region) ?? client({ ...setting, region });
    clients.set(region, kept);
    return kept;
  };
  return async (grant, now) => {
    let output: AssumeRoleCommandOutput;
    try {
      output = await clientFor(grant.target.region ?? setting.region).send(
        new AssumeRoleCommand(input(grant)),
      );
    } catch (error) {
      throw failure(error as SdkError);
    }
    return credentialOf(output, grant, now);
  };
};
