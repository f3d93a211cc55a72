import type { AwsError } from '../../aws/call.ts';
import { readXml } from '../../aws/xml.ts';
import { BrokerError, type Code } from '../../errors.ts';
import type { AwsTarget } from '../../policy/kinds/aws.ts';
import { endOf, isoSeconds, refuseAnswer } from '../expiry.ts';
import type { AwsCredential, GrantOf } from '../provider.ts';
import { sessionName } from './session.ts';

/** Which side must mend what, by AWS's code; `via: web_identity` alone has most of them. */
const MENDS: { readonly [code: string]: string } = {
  AccessDenied: 'in the account of the target: the trust policy of the role',
  ExpiredTokenException: 'our clock',
  IDPRejectedClaim: 'in the account of the target: its OIDC provider does not take our JWT',
  InvalidIdentityToken:
    'in the account of the target: it needs an OIDC provider with our URL and the audience sts.amazonaws.com, which must reach our JWKS',
  MalformedPolicyDocument: 'the session policy',
  PackedPolicyTooLarge: 'the session policy and the tags of the role',
};

/** What STS says of a session policy that is none, or that is too large together with the tags. */
const POLICY_FAULTS = ['MalformedPolicyDocument', 'PackedPolicyTooLarge'];

const meaningOf = ({ code, status, passing }: AwsError, { policyOf }: AwsTarget): Code => {
  if (passing || status === undefined) return 'provider_unavailable';
  return policyOf === 'caller' && POLICY_FAULTS.includes(code)
    ? 'session_policy_invalid'
    : 'provider_refused';
};

/** Throws what a failed call means, by STS's action. */
export const refuseCall: (action: string, error: AwsError, target: AwsTarget) => never = (
  action,
  error,
  target,
) => {
  const { code, status, message, undone } = error;
  const mend = Object.hasOwn(MENDS, code) ? ` (${MENDS[code]})` : '';
  throw new BrokerError(meaningOf(error, target), {
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
    expiresAt,
    session: sessionName(grant.session),
  };
};
