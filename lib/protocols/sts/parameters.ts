import { BrokerError } from '../../errors.ts';
import type { ExchangeRequest } from '../../exchange.ts';
import { POLICY_ARN, ROLE_ARN } from '../../policy/name.ts';
import type { SessionPolicy } from '../../policy/targets/target.ts';
import { trimNewline } from '../words.ts';

type StsForm = ReadonlyMap<string, string>;

/** AWS's own model (sts 2011-06-15): no client holds its caller to more than the least lengths. */
export const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const SECONDS = /^[1-9]\d{2,4}$/;
export const [LEAST, MOST] = [900, 43_200];
export const POLICY = /^[\t\n\r\u0020-\u00ff]{1,2048}$/;
const MAX_POLICIES = 10;
const POLICY_MEMBER = /^PolicyArns\.member\.([1-9]\d?)\.arn$/;

/** Names a role of ours by itself, where several of them lead to one role of AWS: no account has this number. */
const OWN_ARN = /^arn:aws[a-z-]*:iam::000000000000:role\/kite-sts\/(.+)$/;

function refuseStsParameter(at: string): BrokerError {
  return new BrokerError('parameter_invalid', { at });
}

function needStsParameter(form: StsForm, name: string, pattern: RegExp): string {
  const value = form.get(name);
  if (value === undefined) throw new BrokerError('parameter_missing', { at: name });
  if (!pattern.test(value)) throw refuseStsParameter(name);
  return value;
}

function readDuration(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const seconds = Number(written);
  if (!SECONDS.test(written) || seconds < LEAST || seconds > MOST)
    throw refuseStsParameter('DurationSeconds');
  return seconds;
}

function isJsonObject(json: string): boolean {
  try {
    return /^\s*\{/.test(json) && JSON.parse(json) !== null;
  } catch {
    return false;
  }
}

function readPolicyArns(form: StsForm): readonly string[] {
  const arns = new Map<number, string>();
  for (const [name, arn] of form) {
    if (!name.startsWith('PolicyArns')) continue;
    const number = Number(POLICY_MEMBER.exec(name)?.[1]);
    if (!(number <= MAX_POLICIES) || !POLICY_ARN.test(arn)) throw refuseStsParameter('PolicyArns');
    arns.set(number, arn);
  }
  return [...arns].sort(([a], [b]) => a - b).map(([, arn]) => arn);
}

function readSessionPolicy(form: StsForm): SessionPolicy | undefined {
  const policy = form.get('Policy');
  if (policy !== undefined && !POLICY.test(policy)) throw refuseStsParameter('Policy');
  if (policy !== undefined && !isJsonObject(policy))
    throw new BrokerError('session_policy_invalid', { at: 'Policy' });
  const arns = readPolicyArns(form);
  return policy === undefined && arns.length === 0 ? undefined : { policy, policyArns: arns };
}

/**
 * The parameters of AssumeRoleWithWebIdentity.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 * `ProviderId` is for OAuth 2.0 access tokens of some web sites, so it would make another token of ours. What AWS
 * does not know either is ignored, as AWS does: it could only ask for less.
 */
export function readStsExchange(form: StsForm): ExchangeRequest {
  if (form.has('ProviderId')) throw new BrokerError('parameter_unsupported', { at: 'ProviderId' });
  const arn = needStsParameter(form, 'RoleArn', ROLE_ARN);
  const sessionName = needStsParameter(form, 'RoleSessionName', SESSION_NAME);
  return {
    subjectToken: trimNewline(needStsParameter(form, 'WebIdentityToken', /./)),
    access: {
      role: OWN_ARN.exec(arn)?.[1] ?? arn,
      scopes: undefined,
      seconds: readDuration(form.get('DurationSeconds')),
      kinds: ['aws'],
      sessionName,
      sessionPolicy: readSessionPolicy(form),
    },
  };
}
