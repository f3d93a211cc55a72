import { createHash } from 'node:crypto';
import { BrokerError } from '../errors.ts';
import type { JsonObject } from '../http/json.ts';
import type { AppSigners } from '../keys/apps.ts';
import type { GithubTarget } from '../policy/targets/github.ts';
import { findAppSigner } from './app.ts';
import { readAccessToken } from './bearer.ts';
import { type GrantedLife, readExpiry, readIsoSeconds, refuseAnswer } from './expiry.ts';
import {
  createAccessToken,
  findApi,
  findInstallation,
  type GithubAsking,
  nameApi,
  revokeToken,
} from './github/calls.ts';
import { findGithubDifference } from './github/difference.ts';
import type { GithubCredential, Provider } from './provider.ts';
import { FEDERATION_TOKEN, signClaims } from './signed.ts';
import { createUpstream, type UpstreamSetting } from './upstream.ts';

/** GitHub takes ten minutes from its own clock; ours may be a minute ahead. */
const EARLY = 60;
const LASTS = 9 * 60;

/**
 * The JWT with which the App itself asks.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
function signAppToken(apps: AppSigners, app: string, now: number): Promise<string> {
  const at = Math.floor(now);
  return signClaims(findAppSigner(apps, app), FEDERATION_TOKEN, {
    iss: app,
    iat: at - EARLY,
    exp: at + LASTS,
  });
}

/** GitHub's audit log has this as `hashed_token`, so two logs can be joined. */
function hashGithubToken(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

function createGithubCredential(
  said: JsonObject,
  token: string,
  target: GithubTarget,
  granted: GrantedLife,
): GithubCredential {
  const difference = findGithubDifference(said, target);
  if (difference !== undefined) refuseAnswer(granted.name, difference);
  const expiresAt = readExpiry(readIsoSeconds(said['expires_at']), granted);
  return { kind: 'github', token, expiresAt, session: hashGithubToken(token) };
}

/** A token that was not asked for must not live on: GitHub is told to forget it. */
async function giveBack(error: BrokerError, installation: GithubAsking): Promise<never> {
  const gone = await revokeToken(installation);
  throw new BrokerError('provider_refused', {
    detail: `${error.detail ?? ''}; that token was ${gone ? '' : 'not '}revoked`,
    cause: error,
  });
}

/**
 * A token of a GitHub App's installation, by a JWT that the App's own key signs. It asks for named repositories and
 * permissions, never for none, which would be all; and what GitHub made must be exactly that (threat T50).
 */
export function createGithubProvider(
  setting: UpstreamSetting,
  apps: AppSigners,
): Provider<GithubTarget, GithubCredential> {
  const { ask, begin } = createUpstream(setting);
  return async ({ target, seconds }, now) => {
    const left = begin();
    const api = findApi(target);
    const app = { ask, api, left, token: await signAppToken(apps, target.app, now) };
    const said = await createAccessToken(await findInstallation(target, app), target, app);
    const granted = { name: nameApi(api), seconds, now };
    const token = readAccessToken(said['token'], granted);
    try {
      return createGithubCredential(said, token, target, granted);
    } catch (error) {
      return giveBack(error as BrokerError, { ...app, token });
    }
  };
}
