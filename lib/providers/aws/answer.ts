import type { AwsError } from '../../aws/call.ts';
import { findTrouble } from '../../aws/trouble.ts';
import { readXml } from '../../aws/xml.ts';
import { BrokerError, type Code } from '../../errors.ts';
import type { AwsTarget } from '../../policy/targets/aws.ts';
import { readExpiry, readIsoSeconds, refuseAnswer } from '../expiry.ts';
import { findMeaning } from '../meaning.ts';
import type { AwsCredential } from '../provider.ts';
import { TROUBLE_CODES } from '../trouble.ts';
import { STS_MEANINGS, type StsMeaning } from './meanings.ts';
import type { StsQuestion } from './session.ts';

/** Our own troubles with AWS come before what it says of the role. */
function findStsMeaning(
  error: AwsError,
  { policyOf }: AwsTarget,
): { readonly code: Code; readonly mend: string } {
  const { trouble, mend } = findTrouble(error);
  if (trouble !== 'theirs') return { code: TROUBLE_CODES[trouble], mend };
  const { code, ofCaller = code, mend: theirs } = findMeaning(STS_MEANINGS, error.code) as StsMeaning;
  return { code: policyOf === 'caller' ? ofCaller : code, mend: theirs };
}

/** Throws what a failed call means, by STS's action. */
export const refuseCall: (action: string, error: AwsError, target: AwsTarget) => never = (
  action,
  error,
  target,
) => {
  const { code, status, message, undone } = error;
  const meaning = findStsMeaning(error, target);
  const mend = meaning.mend === '' ? '' : ` (${meaning.mend})`;
  throw new BrokerError(meaning.code, {
    // AWS's words may quote ARNs: for the log alone.
    detail: `sts:${action} ${code}${status === undefined ? '' : ` ${status}`}: ${message}${mend}`,
    cause: error,
    undone,
  });
};

function readStsAnswer(action: string, body: string): ReadonlyMap<string, string> {
  try {
    const texts = readXml(body);
    if (texts.has(`${action}Response/${action}Result`)) return texts;
  } catch {
    // It may hold credentials, so nothing of it is kept, nor of why it was not read (threat T54).
  }
  // A success that cannot be read says neither yes nor no.
  throw new BrokerError('provider_unavailable', { detail: `sts:${action} answered what cannot be read` });
}

/** The ARN that AWS gives to a session of this role: its path is not part of it. */
function nameAssumedRole(roleArn: string, session: string): string {
  const [, partition, , , account, role = ''] = roleArn.split(':');
  return `arn:${partition}:sts::${account}:assumed-role/${role.split('/').at(-1)}/${session}`;
}

/** Whose session AWS says that it made. */
type AssumedUser = {
  readonly assumedRole: string;
  readonly assumedRoleId: string;
  readonly sourceIdentity: string;
};

/** How it is the session of another than was asked for; undefined when it is not. */
function findStsDifference(
  who: AssumedUser,
  { grant: { target }, session }: StsQuestion,
): string | undefined {
  if (who.assumedRole !== nameAssumedRole(target.roleArn, session))
    return 'for another account, role or session';
  if (!who.assumedRoleId.endsWith(`:${session}`)) return 'with the id of another session';
  const other = who.sourceIdentity !== '' && who.sourceIdentity !== session;
  return target.sourceIdentity && other ? 'with the source identity of another session' : undefined;
}

/** Reads the facts that a caller may want of its session, each only where it has the form that AWS gives it. */
function readAssumedUser(text: (path: string) => string): Partial<AwsCredential> {
  const [packedPolicySize, sourceIdentity] = [text('PackedPolicySize'), text('SourceIdentity')];
  return {
    ...(/^\d{1,4}$/.test(packedPolicySize) ? { packedPolicySize } : {}),
    ...(/^[\w+=,.@-]{2,64}$/.test(sourceIdentity) ? { sourceIdentity } : {}),
  };
}

/** The credential of a success. Both actions answer the same below another name. */
export function readStsCredential(action: string, body: string, question: StsQuestion): AwsCredential {
  const { grant, now, session } = question;
  const texts = readStsAnswer(action, body);
  const result = `${action}Response/${action}Result/`;
  const text = (path: string): string => texts.get(result + path) ?? '';
  const name = `sts:${action}`;
  const [accessKeyId, secretAccessKey, sessionToken] = [
    text('Credentials/AccessKeyId'),
    text('Credentials/SecretAccessKey'),
    text('Credentials/SessionToken'),
  ];
  if (!accessKeyId || !secretAccessKey || !sessionToken) refuseAnswer(name, 'without whole credentials');
  const expiresAt = readExpiry(readIsoSeconds(text('Credentials/Expiration')), {
    name,
    now,
    seconds: grant.seconds,
  });
  const who: AssumedUser = {
    assumedRole: text('AssumedRoleUser/Arn'),
    assumedRoleId: text('AssumedRoleUser/AssumedRoleId'),
    sourceIdentity: text('SourceIdentity'),
  };
  const difference = findStsDifference(who, question);
  if (difference !== undefined) refuseAnswer(name, difference);
  return {
    kind: 'aws',
    accessKeyId,
    secretAccessKey,
    sessionToken,
    assumedRole: who.assumedRole,
    assumedRoleId: who.assumedRoleId,
    ...readAssumedUser(text),
    expiresAt,
    session,
  };
}
