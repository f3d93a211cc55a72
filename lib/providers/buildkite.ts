import type { JsonObject } from '../http/json.ts';
import type { AppSigners } from '../keys/apps.ts';
import type { BuildkiteTarget } from '../policy/targets/buildkite.ts';
import { findAppSigner } from './app.ts';
import { readBearer } from './bearer.ts';
import { BUILDKITE_MEANINGS } from './buildkite/meanings.ts';
import { refuseAnswer } from './expiry.ts';
import type { Meanings } from './meaning.ts';
import { TOKEN_EXCHANGE, writeForm, writeGrantForm } from './oauth/form.ts';
import { OAUTH_MEANINGS } from './oauth/meanings.ts';
import type { BuildkiteCredential, GrantOf, Provider } from './provider.ts';
import {
  createClaimSigner,
  FEDERATION_SECONDS,
  FEDERATION_TOKEN,
  type SaidClaims,
  type SignClaims,
  type SigningSetting,
} from './signed.ts';
import { createUpstream, type UpstreamSetting } from './upstream.ts';

const ENDPOINT = 'buildkite.com/oauth/token';
const HEADERS = { 'content-type': 'application/x-www-form-urlencoded' };

/** Names the OIDC audience of this organization's workload identities, for our JWT: fixed, so that no role chooses it. */
function nameIdentityAudience(organization: string): string {
  return `https://buildkite.com/${organization}`;
}

type AppTarget = Extract<BuildkiteTarget, { readonly app: string }>;

function writeAppForm({ target, seconds, scopes }: GrantOf<AppTarget>, assertion: string): string {
  const more = {
    subject_token: target.user.value,
    subject_token_type: `urn:buildkite:params:oauth:token-type:user-${target.user.by}`,
    audience: target.organization,
    scope: scopes.join(' '),
    expires_in: String(seconds),
  };
  const asked = writeGrantForm('client_credentials', assertion, more);
  return writeForm({ ...asked, grant_type: TOKEN_EXCHANGE });
}

/** How a token is not one of an exchange, or says that it is of another organization. The answer need not name it. */
function findOrganizationDifference(
  { organization, audience }: JsonObject,
  token: string,
  target: BuildkiteTarget,
): string | undefined {
  if (target.app !== undefined && !token.startsWith('bktx_')) return 'with a token that is of no exchange';
  const others = [organization, audience].filter(each => each !== undefined && each !== target.organization);
  return others.length > 0 ? 'with a token of another organization' : undefined;
}

/** How one token is asked for: what our JWT says by whose key, and the request that holds it. */
type BuildkiteWay = {
  readonly sign: SignClaims;
  readonly said: SaidClaims;
  readonly form: (token: string) => string;
  readonly meanings: Meanings;
  /** Seconds that the token lives at least; left out: what was granted. */
  readonly least?: number;
};

/**
 * An API token of Buildkite: by a workload identity that trusts our own JWT (RFC 6749 §4.4 with RFC 7523 §2.2), or by OAuth
 * token exchange, where the app's own key signs an assertion and the token acts as the user that the role names.
 * https://buildkite.com/docs/apis/workload-identity-federation
 * https://buildkite.com/docs/apis/oauth-token-exchange
 */
export function createBuildkiteProvider(
  setting: UpstreamSetting,
  apps: AppSigners,
  own: SigningSetting,
): Provider<BuildkiteTarget, BuildkiteCredential> {
  const { ask, begin } = createUpstream(setting);
  const { randomId } = own;
  const findWay = ({ target, ...grant }: GrantOf<BuildkiteTarget>): BuildkiteWay => {
    if (target.app === undefined) {
      const { organization, clientId: client_id, subject } = target;
      const said = { subject, audience: nameIdentityAudience(organization), seconds: FEDERATION_SECONDS };
      const more = { client_id, scope: grant.scopes.join(' ') };
      const form = (token: string): string => writeForm(writeGrantForm('client_credentials', token, more));
      return { sign: createClaimSigner(own), said, form, meanings: OAUTH_MEANINGS, least: 1 };
    }
    const { app } = target;
    return {
      sign: createClaimSigner({ issuer: app, signer: findAppSigner(apps, app), randomId }),
      said: { subject: app, audience: `https://${ENDPOINT}`, seconds: FEDERATION_SECONDS },
      form: token => writeAppForm({ ...grant, target }, token),
      meanings: BUILDKITE_MEANINGS,
    };
  };
  return async (grant, now) => {
    const { sign, said, form, meanings, ...lives } = findWay(grant);
    let session = '';
    // Buildkite takes the id of an assertion once, so an attempt whose answer was lost cannot be made again.
    const body = async (): Promise<string> => {
      const { token, id } = await sign(FEDERATION_TOKEN, said, now);
      session = id;
      return form(token);
    };
    const answer = await ask({ name: ENDPOINT, to: ENDPOINT, headers: HEADERS, body, meanings }, begin());
    const granted = { name: ENDPOINT, now, seconds: grant.seconds, ...lives };
    const bearer = readBearer(answer, granted, grant.scopes);
    const difference = findOrganizationDifference(answer, bearer.token, grant.target);
    if (difference !== undefined) refuseAnswer(ENDPOINT, difference);
    return { kind: 'buildkite', ...bearer, session };
  };
}
