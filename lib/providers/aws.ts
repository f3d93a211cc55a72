import { type AwsCall, type AwsError, type AwsService, type AwsSetting, createAwsCall } from '../aws/call.ts';
import { STS, STS_HEADERS } from '../aws/sts.ts';
import { startBudget } from '../http/retry.ts';
import type { AwsTarget, FederatedTarget } from '../policy/targets/aws.ts';
import type { Limiter } from '../stores/limits.ts';
import { readStsCredential, refuseCall } from './aws/answer.ts';
import { writeAssumeForm, writeFederatedClaims, writeFederatedForm } from './aws/form.ts';
import { nameAwsSession, type StsQuestion } from './aws/session.ts';
import type { AwsCredential, Provider } from './provider.ts';
import {
  createClaimSigner,
  FEDERATION_SECONDS,
  FEDERATION_TOKEN,
  type SignClaims,
  type SigningSetting,
} from './signed.ts';

export type { AwsSetting } from '../aws/call.ts';

/** The audience that OIDC providers in IAM have by custom; so do ours. */
const AUDIENCE = 'sts.amazonaws.com';

type StsRequest = { readonly action: string; readonly call: AwsCall; readonly form: string };

async function signWebIdentityToken(
  sign: SignClaims,
  target: FederatedTarget,
  { session, now }: StsQuestion,
): Promise<string> {
  const { subject } = target;
  const claims = writeFederatedClaims(target, session);
  const content = { subject, audience: AUDIENCE, seconds: FEDERATION_SECONDS, claims };
  return (await sign(FEDERATION_TOKEN, content, now)).token;
}

/**
 * AWS session credentials, asked of STS in the role's own region alone, or else in the broker's and, while that is
 * broken, in the second one (D08): by AssumeRole with the broker's own credentials, or by AssumeRoleWithWebIdentity
 * with a JWT of ours and nothing else. Each attempt counts against the limit, as it does at STS (D09); one that is not
 * admitted is not made.
 */
export function createAwsProvider(
  setting: AwsSetting,
  signingSetting: SigningSetting,
  limiter: Limiter,
): Provider<AwsTarget, AwsCredential> {
  const { now: clock = () => Date.now() / 1000 } = setting;
  const service: AwsService = { ...STS, mayRepeat: at => limiter.take(STS.name, at) === 0 };
  const assume = createAwsCall(service, setting);
  const assumeWithWebIdentity = createAwsCall({ ...service, unsigned: true }, setting);
  const sign = createClaimSigner(signingSetting);
  const chooseRequest = async (target: AwsTarget, question: StsQuestion): Promise<StsRequest> => {
    if (target.via === 'assume_role')
      return { action: 'AssumeRole', call: assume, form: writeAssumeForm(target, question) };
    const form = writeFederatedForm(target, question, await signWebIdentityToken(sign, target, question));
    return { action: 'AssumeRoleWithWebIdentity', call: assumeWithWebIdentity, form };
  };
  return async (grant, now) => {
    limiter.admit(STS.name, clock());
    const budget = startBudget(clock);
    const question = { grant, session: nameAwsSession(grant.sessionName), now };
    const { action, call, form } = await chooseRequest(grant.target, question);
    let body: string;
    try {
      body = await call(STS_HEADERS, form, { region: grant.target.region, budget });
    } catch (error) {
      return refuseCall(action, error as AwsError, grant.target);
    }
    return readStsCredential(action, body, question);
  };
}
