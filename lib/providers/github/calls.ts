import type { JsonObject } from '../../http/json.ts';
import type { Budget } from '../../http/persist.ts';
import type { GithubTarget } from '../../policy/targets/github.ts';
import { refuseAnswer } from '../expiry.ts';
import type { Ask, Question } from '../upstream.ts';
import { GITHUB_MEANINGS } from './meanings.ts';

export const API = 'api.github.com';
const ACCESS_TOKENS = `${API} access_tokens`;

/** GitHub answers nobody who does not say what it is. */
const HEADERS = {
  accept: 'application/vnd.github+json',
  'user-agent': 'kite-sts',
  'x-github-api-version': '2022-11-28',
};

/** Asks GitHub on behalf of whoever has this token: the App, or an installation. */
export type Asking = { readonly ask: Ask; readonly token: string; readonly left: Budget };

type Call = Pick<Question, 'name' | 'to'> & {
  readonly method?: Question['method'];
  readonly body?: object;
};

function called({ ask, token, left }: Asking, { body, ...call }: Call): Promise<JsonObject> {
  const headers = { ...HEADERS, authorization: `Bearer ${token}` };
  const question = { ...call, meanings: GITHUB_MEANINGS };
  if (body === undefined) return ask({ ...question, headers, body: '' }, left);
  const json = { ...headers, 'content-type': 'application/json' };
  return ask({ ...question, headers: json, body: JSON.stringify(body) }, left);
}

/**
 * The number of the installation; of an organization too, in spite of the name.
 * https://docs.github.com/en/rest/apps/apps#get-a-user-installation-for-the-authenticated-app
 */
export async function installationOf(target: GithubTarget, app: Asking): Promise<number> {
  const { owner, installation } = target;
  if (owner === undefined) return installation;
  const name = `${API} installation`;
  const {
    id,
    account,
    client_id: client,
    app_id: number,
  } = await called(app, {
    name,
    to: `${API}/users/${owner}/installation`,
    method: 'GET',
  });
  const { login } = Object(account) as JsonObject;
  if (!Number.isSafeInteger(id) || String(login).toLowerCase() !== owner.toLowerCase())
    refuseAnswer(name, 'with the installation of another');
  // A role may name its App in either way; an answer that does not have both cannot tell.
  const named = [client, number].map(String);
  if (client !== undefined && number !== undefined && !named.includes(target.app))
    refuseAnswer(name, 'with the installation of another App');
  return Number(id);
}

/** https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app */
export function accessToken(
  installation: number,
  { repositories, permissions }: GithubTarget,
  app: Asking,
): Promise<JsonObject> {
  return called(app, {
    name: ACCESS_TOKENS,
    to: `${API}/app/installations/${installation}/access_tokens`,
    body: { repositories, permissions },
  });
}

/**
 * Gives a token back, by itself: whether it is gone now.
 * https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
 */
export async function revoked(installation: Asking): Promise<boolean> {
  try {
    await called(installation, {
      name: `${API} revoke`,
      to: `${API}/installation/token`,
      method: 'DELETE',
    });
    return true;
  } catch {
    return false;
  }
}
