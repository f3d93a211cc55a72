import type { AwsError } from '../../aws/call.ts';
import { findTrouble } from '../../aws/trouble.ts';
import { readXml } from '../../aws/xml.ts';
import { BrokerError, type Code } from '../../errors.ts';
import type { AwsTarget } from '../../policy/kinds/aws.ts';
import { endOf, isoSeconds, refuseAnswer } from '../expiry.ts';
import { findMeaning } from '../meaning.ts';
import type { AwsCredential, GrantOf } from '../provider.ts';
import { TROUBLE_CODES } from '../trouble.ts';
import { STS_MEANINGS, type StsMeaning } from './meanings.ts';
import { sessionName } from './session.ts';

/** Our own troubles with AWS come before what it says of the role. */
function meaningOf(error: AwsError, { policyOf }: AwsTarget): { readonly code: Code; readonly mend: string } {
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
  const meaning = meaningOf(error, target);
  const mend = meaning.mend === '' ? '' : ` (${meaning.mend})`;
  throw new BrokerError(meaning.code, {
    // AWS's words may quote ARNs: for the log alone.
    detail: `sts:${action} ${code}${status === undefined ? '' : ` ${status}`}: ${message}${mend}`,
    cause: error,
    undone,
  });
};

const read = (action: string, body: string): ReadonlyMap<string, string> => {
  try {
    const texts = readXml(body);
    if (texts.has(`${action}Response/${action}Result`)) return texts;
  } catch {
    // It may hold credentials, so nothing of it is kept, nor of why it was not read (threat T54).
  }
  // A success that cannot be read says neither yes nor no.
  throw new BrokerError('provider_unavailable', { detail: `sts:${action} answered what cannot be read` });
};

const account = (arn: string): string | undefined => arn.split(':')[4];

/** What was asked: STS's action, for which grant, and when. */
export type Asked = {
  readonly action: string;
  readonly grant: GrantOf<AwsTarget>;
  readonly now: number;
};

/** What a caller may want to know of its session, and only in the form that AWS has it. */
function saidOf(text: (path: string) => string): Partial<AwsCredential> {
  const [packedPolicySize, sourceIdentity] = [text('PackedPolicySize'), text('SourceIdentity')];
  return {
    ...(/^\d{1,4}$/.test(packedPolicySize) ? { packedPolicySize } : {}),
    ...(/^[\w+=,.@-]{2,64}$/.test(sourceIdentity) ? { sourceIdentity } : {}),
  };
}

/** The credential of a success. Both actions answer the same below another name. */
export const credentialOf = (body: string, { action, grant, now }: Asked): AwsCredential => {
  const texts = read(action, body);
  const text = (path: string): string => texts.get(`${action}Response/${action}Result/${path}`) ?? '';
  const name = `sts:${action}`;
  const [accessKeyId, secretAccessKey, sessionToken] = [
    text('Credentials/AccessKeyId'),
    text('Credentials/SecretAccessKey'),
    text('Credentials/SessionToken'),
  ];
  if (!accessKeyId || !secretAccessKey || !sessionToken) refuseAnswer(name, 'without whole credentials');
  const expiresAt = endOf(isoSeconds(text('Credentials/Expiration')), { name, now, seconds: grant.seconds });
  const assumedRole = text('AssumedRoleUser/Arn');
  if (account(assumedRole) !== account(grant.target.roleArn)) refuseAnswer(name, 'for another account');
  return {
    kind: 'aws',
    accessKeyId,
    secretAccessKey,
    sessionToken,
    assumedRole,
    assumedRoleId: text('AssumedRoleUser/AssumedRoleId'),
    ...saidOf(text),
    expiresAt,
    session: sessionName(grant.session),
  };
};
