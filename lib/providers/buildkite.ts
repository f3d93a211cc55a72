import type { JsonObject } from '../http/json.ts';
import type { AppSigners } from '../keys/apps.ts';
import type { BuildkiteTarget } from '../language/kinds/buildkite.ts';
import { signerOf } from './app.ts';
import { bearerOf } from './bearer.ts';
import { BUILDKITE_MEANINGS } from './buildkite/meanings.ts';
import { refuseAnswer } from './expiry.ts';
import type { BuildkiteCredential, GrantOf, Provider } from './provider.ts';
import { PRESENTED, PRESENTED_SECONDS, signing } from './signed.ts';
import { type UpstreamSetting, upstream } from './upstream.ts';

const ENDPOINT = 'buildkite.com/oauth/token';
const HEADERS = { 'content-type': 'application/x-www-form-urlencoded' };

function formOf({ target, seconds, scopes }: GrantOf<BuildkiteTarget>, assertion: string): string {
  return new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    subject_token: target.user.value,
    subject_token_type: `urn:buildkite:params:oauth:token-type:user-${target.user.by}`,
    audience: target.organization,
    scope: scopes.join(' '),
    expires_in: String(seconds),
  }).toString();
}

/** How a token is not one of an exchange, or says that it is of another organization. The answer need not name it. */
function findDifference(
  { organization, audience }: JsonObject,
  token: string,
  target: BuildkiteTarget,
): string | undefined {
  if (!token.startsWith('bktx_')) return 'with a token that is of no exchange';
  const others = [organization, audience].filter(each => each !== undefined && each !== target.organization);
  return others.length > 0 ? 'with a token of another organization' : undefined;
}

/**
 * An API token of Buildkite by OAuth token exchange: the app's own key signs an assertion (RFC 7523 §2.2), and the
 * token acts as the user that the role names. https://buildkite.com/docs/apis/oauth-token-exchange
 */
export function buildkiteProvider(
  setting: UpstreamSetting,
  apps: AppSigners,
  randomId: () => string,
): Provider<BuildkiteTarget, BuildkiteCredential> {
  const { ask, begin } = upstream(setting);
  return async (grant, now) => {
    const { app } = grant.target;
    const sign = signing({ issuer: app, signer: signerOf(apps, app), randomId });
    const said = { subject: app, audience: `https://${ENDPOINT}`, seconds: PRESENTED_SECONDS };
    let session = '';
    // Buildkite takes the id of an assertion once, so an attempt whose answer was lost cannot be made again.
    const body = async (): Promise<string> => {
      const { token, id } = await sign(PRESENTED, said, now);
      session = id;
      return formOf(grant, token);
    };
    const question = { name: ENDPOINT, to: ENDPOINT, headers: HEADERS, body, meanings: BUILDKITE_MEANINGS };
    const answer = await ask(question, begin());
    const bearer = bearerOf(answer, { name: ENDPOINT, now, seconds: grant.seconds }, grant.scopes);
    const difference = findDifference(answer, bearer.token, grant.target);
    if (difference !== undefined) refuseAnswer(ENDPOINT, difference);
    return { kind: 'buildkite', ...bearer, session };
  };
}
