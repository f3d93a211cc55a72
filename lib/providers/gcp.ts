import type { Budget } from '../http/retry.ts';
import type { GcpTarget } from '../policy/targets/gcp.ts';
import { ACCESS_TOKEN_TYPE, type BearerToken, readAccessToken, readBearer } from './bearer.ts';
import { readExpiry, readIsoSeconds } from './expiry.ts';
import { GOOGLE_IAM_MEANINGS, GOOGLE_STS_MEANINGS } from './gcp/meanings.ts';
import { writeForm, writeGrantForm } from './oauth/form.ts';
import type { GcpCredential, GrantOf, Provider } from './provider.ts';
import { createClaimSigner, FEDERATION_SECONDS, FEDERATION_TOKEN, type SigningSetting } from './signed.ts';
import { type AskUpstream, createUpstream, type UpstreamSetting } from './upstream.ts';

const STS = 'sts.googleapis.com';
const IAM = 'iamcredentials.googleapis.com';
/** Seconds that a token of Google's STS lives at most. */
const LONGEST = 3600;
/** How long it lives is Google's to say, but no job gets far with less than this. */
const SHORTEST = 300;
/** The scope of a token that is only to become a service account. */
const IMPERSONATE = 'https://www.googleapis.com/auth/iam';

/** One issue: the grant, when it is, and what is left of the time for all of it. */
type IssueGoogleToken = { readonly grant: GrantOf<GcpTarget>; readonly now: number; readonly left: Budget };

/** The token of a pool's principal may end with our JWT, so there that lives as long as the grant. */
function signForProvider({ target, seconds }: GrantOf<GcpTarget>): number {
  return target.serviceAccount === undefined ? seconds : FEDERATION_SECONDS;
}

async function issueFederated(
  ask: AskUpstream,
  token: string,
  { grant, now, left }: IssueGoogleToken,
): Promise<BearerToken> {
  const { target, scopes } = grant;
  const asked = target.serviceAccount === undefined ? scopes : [IMPERSONATE];
  const name = `${STS} token`;
  const more = {
    audience: target.audience,
    scope: asked.join(' '),
    requested_token_type: ACCESS_TOKEN_TYPE,
  };
  const body = writeForm(writeGrantForm('token_exchange', token, more));
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const said = await ask({ name, to: `${STS}/v1/token`, headers, body, meanings: GOOGLE_STS_MEANINGS }, left);
  // What is only to become a service account is used at once and let go: any life will do.
  const seconds = target.serviceAccount === undefined ? grant.seconds : LONGEST;
  const least = target.serviceAccount === undefined ? SHORTEST : 1;
  return readBearer(said, { name, now, seconds, least }, asked);
}

async function issueImpersonated(
  ask: AskUpstream,
  { token, account }: { readonly token: string; readonly account: string },
  { grant, now, left }: IssueGoogleToken,
): Promise<BearerToken> {
  const name = `${IAM} generateAccessToken`;
  const granted = { name, now, seconds: grant.seconds };
  const delegates = grant.target.delegates.map(each => `projects/-/serviceAccounts/${each}`);
  const said = await ask(
    {
      name,
      to: `${IAM}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ scope: grant.scopes, lifetime: `${grant.seconds}s`, delegates }),
      meanings: GOOGLE_IAM_MEANINGS,
    },
    left,
  );
  return {
    token: readAccessToken(said['accessToken'], granted),
    expiresAt: readExpiry(readIsoSeconds(said['expireTime']), granted),
  };
}

/**
 * A Google Cloud access token: our JWT to Google's STS, and what that gives to a service account where the role names
 * one. https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
 * https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 */
export function createGcpProvider(
  setting: UpstreamSetting,
  signingSetting: SigningSetting,
): Provider<GcpTarget, GcpCredential> {
  const { ask, begin } = createUpstream(setting);
  const sign = createClaimSigner(signingSetting);
  return async (grant, now) => {
    const issue: IssueGoogleToken = { grant, now, left: begin() };
    const { subject, audience, serviceAccount: account } = grant.target;
    // What Google expects unless the provider of the pool lists other audiences.
    const said = { subject, audience: `https:${audience}`, seconds: signForProvider(grant) };
    const { token, id } = await sign(FEDERATION_TOKEN, said, now);
    const own = await issueFederated(ask, token, issue);
    const bearer =
      account === undefined ? own : await issueImpersonated(ask, { token: own.token, account }, issue);
    return { kind: 'gcp', ...bearer, session: id };
  };
}
