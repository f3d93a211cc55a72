import { createHash } from 'node:crypto';
import { BrokerError } from '../errors.ts';
import type { JsonObject } from '../http/json.ts';
import type { AppSigners } from '../keys/apps.ts';
import type { GithubTarget } from '../policy/targets/github.ts';
import { signerOf } from './app.ts';
import { tokenOf } from './bearer.ts';
import { endOf, type Granted, isoSeconds, refuseAnswer } from './expiry.ts';
import { type Asking, accessToken, findApi, installationOf, nameApi, revoked } from './github/calls.ts';
import { differenceOf } from './github/difference.ts';
import type { GithubCredential, Provider } from './provider.ts';
import { PRESENTED, signedBy } from './signed.ts';
import { type UpstreamSetting, upstream } from './upstream.ts';

/** GitHub takes ten minutes from its own clock; ours may be a minute ahead. */
const EARLY = 60;
const LASTS = 9 * 60;

/**
 * What the App itself asks with.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
function appToken(apps: AppSigners, app: string, now: number): Promise<string> {
  const at = Math.floor(now);
  return signedBy(signerOf(apps, app), PRESENTED, { iss: app, iat: at - EARLY, exp: at + LASTS });
}

/** GitHub's audit log has this as `hashed_token`, so two logs can be joined. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

function credentialOf(
  said: JsonObject,
  token: string,
  target: GithubTarget,
  granted: Granted,
): GithubCredential {
  const difference = differenceOf(said, target);
  if (difference !== undefined) refuseAnswer(granted.name, difference);
  const expiresAt = endOf(isoSeconds(said['expires_at']), granted);
  return { kind: 'github', token, expiresAt, session: hashOf(token) };
}

/** A token that was not asked for must not live on: GitHub is told to forget it. */
async function givenBack(error: BrokerError, installation: Asking): Promise<never> {
  const gone = await revoked(installation);
  throw new BrokerError('provider_refused', {
    detail: `${error.detail ?? ''}; that token was ${gone ? '' : 'not '}revoked`,
    cause: error,
  });
}

/**
 * A token of a GitHub App's installation, by a JWT that the App's own key signs. It asks for named repositories and
 * permissions, never for none, which would be all; and what GitHub made must be exactly that (threat T50).
 */
export function githubProvider(
  setting: UpstreamSetting,
  apps: AppSigners,
): Provider<GithubTarget, GithubCredential> {
  const { ask, begin } = upstream(setting);
  return async ({ target, seconds }, now) => {
    const left = begin();
    const api = findApi(target);
    const app = { ask, api, left, token: await appToken(apps, target.app, now) };
    const said = await accessToken(await installationOf(target, app), target, app);
    const granted = { name: nameApi(api), seconds, now };
    const token = tokenOf(said['token'], granted);
    try {
      return credentialOf(said, token, target, granted);
    } catch (error) {
      return givenBack(error as BrokerError, { ...app, token });
    }
  };
}
