import type { OauthTarget } from '../policy/targets/oauth.ts';
import { readBearer } from './bearer.ts';
import { writeForm, writeGrantForm } from './oauth/form.ts';
import { OAUTH_MEANINGS } from './oauth/meanings.ts';
import type { GrantOf, OauthCredential, Provider } from './provider.ts';
import { createClaimSigner, FEDERATION_SECONDS, FEDERATION_TOKEN, type SigningSetting } from './signed.ts';
import { createUpstream, type UpstreamSetting } from './upstream.ts';

function writeBody({ target, scopes }: GrantOf<OauthTarget>, token: string): string {
  const scope = scopes.length > 0 ? { scope: scopes.join(' ') } : {};
  const members = writeGrantForm(target.grant, token, { ...target.parameters, ...scope });
  return target.body === 'json' ? JSON.stringify(members) : writeForm(members);
}

/** The other side says how long its tokens live: any life will do that is not beyond what the row says. */
const SHORTEST = 1;

/**
 * A token of a service that trusts our JWT, asked of the endpoint that broker.yml names. The subject token never goes
 * there. A refresh token in the answer is dropped, as all else is that was not asked for.
 */
export function createOauthProvider(
  setting: UpstreamSetting,
  signingSetting: SigningSetting,
): Provider<OauthTarget, OauthCredential> {
  const { ask, begin } = createUpstream(setting);
  const sign = createClaimSigner(signingSetting);
  return async (grant, now) => {
    const { target, seconds, scopes } = grant;
    const { subject, audience, claims, url, headers: own, allowPrivateNetwork: allowPrivate } = target;
    const name = `the endpoint ${target.endpoint}`;
    let session = '';
    // Some take the id of a JWT once, so an attempt whose answer was lost is made with another.
    const body = async (): Promise<string> => {
      const { token, id } = await sign(
        FEDERATION_TOKEN,
        { subject, audience, seconds: FEDERATION_SECONDS, claims },
        now,
      );
      session = id;
      return writeBody(grant, token);
    };
    const type = target.body === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
    const headers = { ...own, accept: 'application/json', 'content-type': type, 'user-agent': 'kite-sts' };
    const to = url.slice('https://'.length);
    const said = await ask({ name, to, allowPrivate, headers, body, meanings: OAUTH_MEANINGS }, begin());
    const asked = target.scoping === 'theirs' ? undefined : scopes;
    const bearer = readBearer(said, { name, now, seconds, least: SHORTEST }, asked);
    return { kind: 'oauth', ...bearer, session };
  };
}
