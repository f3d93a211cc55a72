import { createHash } from 'node:crypto';
import { type AwsError, type AwsSetting, awsCall, type Fault, type Service } from '../aws/call.ts';
import { readXml } from '../aws/xml.ts';
import { BrokerError } from '../errors.ts';
import type { Grant } from '../policy/decide.ts';
import type { AwsTarget } from '../policy/kinds/aws.ts';
import type { AwsCredential, GrantOf, Provider } from './provider.ts';

export type { AwsSetting } from '../aws/call.ts';

/** AWS may count from its own clock; a credential that lives longer than this beyond the grant is refused. */
const EXPIRY_TOLERANCE = 60;

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
 * CloudTrail, and one for each job and role (threat T47);
 * of GitHub Actions, whose tokens name the run alone, one for each run.
 */
export const sessionName = ({ group, run, key }: Grant['session']): string => {
  const hash = createHash('sha256').update(JSON.stringify(key)).digest().subarray(0, 10);
  return `${label(group, GROUP_LENGTH)}.${label(run, RUN_LENGTH)}.${base32(hash)}`;
};

/** The Query protocol of STS 2011-06-15: lists count from 1. A test holds it against AWS's own client. */
const formOf = ({ target, seconds, session }: GrantOf<AwsTarget>): URLSearchParams => {
  const name = sessionName(session);
  const form = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: target.roleArn,
    RoleSessionName: name,
    DurationSeconds: String(seconds),
    ExternalId: target.externalId,
  });
  if (target.sourceIdentity) form.set('SourceIdentity', name);
  if (target.policy !== undefined) form.set('Policy', target.policy);
  for (const [index, { key, value }] of target.tags.entries()) {
    form.set(`Tags.member.${index + 1}.Key`, key);
    form.set(`Tags.member.${index + 1}.Value`, value);
  }
  for (const [index, key] of target.transitiveTags.entries())
    form.set(`TransitiveTagKeys.member.${index + 1}`, key);
  for (const [index, arn] of target.policyArns.entries()) form.set(`PolicyArns.member.${index + 1}.arn`, arn);
  return form;
};

const faultOf = (body: string): Fault | undefined => {
  try {
    const texts = readXml(body);
    const code = texts.get('ErrorResponse/Error/Code');
    return code ? { code, message: texts.get('ErrorResponse/Error/Message') ?? '' } : undefined;
  } catch {
    return undefined;
  }
};

const STS: Service = { name: 'sts', faultOf };
const HEADERS = { 'content-type': 'application/x-www-form-urlencoded' };

const failure = (error: AwsError): BrokerError => {
  const { code, status, passing, message } = error;
  return new BrokerError(passing || status === undefined ? 'provider_unavailable' : 'provider_refused', {
    // AWS's words may quote ARNs: for the log alone.
    detail: `sts:AssumeRole ${code}${status === undefined ? '' : ` ${status}`}: ${message}`,
    cause: error,
  });
};

const RESULT = 'AssumeRoleResponse/AssumeRoleResult';

const read = (body: string): ReadonlyMap<string, string> => {
  try {
    const texts = readXml(body);
    if (texts.has(RESULT)) return texts;
  } catch {
    // It may hold credentials, so nothing of it is kept, nor of why it was not read (threat T54).
  }
  // A success that cannot be read says neither yes nor no.
  throw new BrokerError('provider_unavailable', {
    detail: 'sts:AssumeRole answered what cannot be read',
  });
};

const account = (arn: string): string | undefined => arn.split(':')[4];

/** ISO 8601 as AWS writes it, in whole seconds since the epoch; NaN for anything else. */
const seconds = (written: string): number =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(written)
    ? Math.floor(Date.parse(written) / 1000)
    : Number.NaN;

const credentialOf = (body: string, grant: GrantOf<AwsTarget>, now: number): AwsCredential => {
  const texts = read(body);
  const text = (path: string): string => texts.get(`${RESULT}/${path}`) ?? '';
  const wrong = (detail: string): BrokerError =>
    new BrokerError('provider_refused', { detail: `sts:AssumeRole answered ${detail}` });
  const [accessKeyId, secretAccessKey, sessionToken, expiration] = [
    text('Credentials/AccessKeyId'),
    text('Credentials/SecretAccessKey'),
    text('Credentials/SessionToken'),
    text('Credentials/Expiration'),
  ];
  if (!accessKeyId || !secretAccessKey || !sessionToken || !expiration)
    throw wrong('without whole credentials');
  const expiresAt = seconds(expiration);
  if (!(expiresAt > now) || expiresAt > now + grant.seconds + EXPIRY_TOLERANCE)
    throw wrong('with an expiry that was not asked for');
  const assumedRole = text('AssumedRoleUser/Arn');
  if (account(assumedRole) !== account(grant.target.roleArn)) throw wrong('for another account');
  return {
    kind: 'aws',
    accessKeyId,
    secretAccessKey,
    sessionToken,
    assumedRole,
    expiresAt,
    session: sessionName(grant.session),
  };
};

/** AWS session credentials by AssumeRole, asked of STS in the role's own region or else in the broker's. */
export const awsProvider = (setting: AwsSetting): Provider<AwsTarget, AwsCredential> => {
  const call = awsCall(STS, setting);
  return async (grant, now) => {
    let body: string;
    try {
      body = await call(HEADERS, formOf(grant).toString(), grant.target.region);
    } catch (error) {
      throw failure(error as AwsError);
    }
    return credentialOf(body, grant, now);
  };
};
