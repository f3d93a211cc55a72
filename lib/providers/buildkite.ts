import type { AppSigners } from '../keys/apps.ts';
import type { BuildkiteTarget } from '../policy/kinds/buildkite.ts';
import { signerOf } from './app.ts';
import { bearerOf } from './bearer.ts';
import type { BuildkiteCredential, GrantOf, Provider } from './provider.ts';
import { PRESENTED, PRESENTED_SECONDS, signing } from './signed.ts';
import { type UpstreamSetting, upstream } from './upstream.ts';

const ENDPOINT = 'buildkite.com/oauth/token';
const HEADERS = { 'content-type': 'application/x-www-form-urlencoded' };

/** By what Buildkite says: https://buildkite.com/docs/apis/oauth-token-exchange#troubleshooting */
const MENDS: readonly (readonly [said: RegExp, mend: string])[] = [
  [
    /\b(jti|exp|nbf|iat)\b/,
    'our assertion was not in time for Buildkite, or not the first of its id: our clock',
  ],
  [/invalid_client/, 'in Buildkite: the key set of the app must have the key that KMS signs with, by its id'],
  [/invalid_scope/, 'in Buildkite: the scopes of the role must be among the grantable scopes of the app'],
  [/invalid_target/, 'in Buildkite: organization of the role is not one that the app may speak for'],
  [/unsupported_grant_type/, 'in Buildkite: the organization does not have OAuth token exchange'],
  [/user|member/i, 'in Buildkite: user of the role must be an active member with a verified address'],
];

const mend = (said: string): string =>
  MENDS.find(([words]) => words.test(said))?.[1] ??
  'in Buildkite: the app of the role, and what it may grant';

const formOf = ({ target, seconds, scopes }: GrantOf<BuildkiteTarget>, assertion: string): string =>
  new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    subject_token: target.user.value,
    subject_token_type: `urn:buildkite:params:oauth:token-type:user-${target.user.by}`,
    audience: target.organization,
    scope: scopes.join(' '),
    expires_in: String(seconds),
  }).toString();

/**
 * An API token of Buildkite by OAuth token exchange: the app's own key signs an assertion (RFC 7523 §2.2), and the
 * token acts as the user that the role names. https://buildkite.com/docs/apis/oauth-token-exchange
 */
export const buildkiteProvider = (
  setting: UpstreamSetting,
  apps: AppSigners,
  randomId: () => string,
): Provider<BuildkiteTarget, BuildkiteCredential> => {
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
    const question = { name: ENDPOINT, to: ENDPOINT, headers: HEADERS, body, mend };
    const bearer = bearerOf(
      await ask(question, begin()),
      { name: ENDPOINT, now, seconds: grant.seconds },
      grant.scopes,
    );
    return { kind: 'buildkite', ...bearer, session };
  };
};
