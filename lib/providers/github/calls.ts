import type { JsonObject } from '../../http/json.ts';
import type { Budget } from '../../http/retry.ts';
import type { GithubTarget } from '../../policy/targets/github.ts';
import { refuseAnswer } from '../expiry.ts';
import type { AskUpstream, UpstreamQuestion } from '../upstream.ts';
import { GITHUB_MEANINGS } from './meanings.ts';

/** An API of GitHub: host and path, and whether its address is judged. */
export type Api = Required<Pick<UpstreamQuestion, 'to'>> & Pick<UpstreamQuestion, 'allowPrivate'>;

/** The API where the app of this role is known. */
export function findApi({ api }: GithubTarget): Api {
  if (api === undefined) return { to: 'api.github.com' };
  return { to: api.url.slice('https://'.length), allowPrivate: api.allowPrivateNetwork };
}

/** GitHub answers nobody who does not say what it is. */
const HEADERS = {
  accept: 'application/vnd.github+json',
  'user-agent': 'kite-sts',
  'x-github-api-version': '2022-11-28',
};

/** Asks GitHub on behalf of whoever has this token: the App, or an installation. */
export type GithubAsking = {
  readonly ask: AskUpstream;
  readonly api: Api;
  readonly token: string;
  readonly left: Budget;
};

type Call = {
  /** For the log, after the host. */
  readonly what: string;
  readonly path: string;
  readonly method?: UpstreamQuestion['method'];
  readonly body?: object;
};

/** Names this API for the log, or something of it. */
export function nameApi({ to }: Api, what = ''): string {
  return `${to.split('/')[0]} ${what}`.trim();
}

function callGithub(
  { ask, api, token, left }: GithubAsking,
  { body, what, path, ...call }: Call,
): Promise<JsonObject> {
  const headers = { ...HEADERS, authorization: `Bearer ${token}` };
  const where = { ...api, name: nameApi(api, what), to: `${api.to}${path}` };
  const question = { ...call, ...where, meanings: GITHUB_MEANINGS };
  if (body === undefined) return ask({ ...question, headers, body: '' }, left);
  const json = { ...headers, 'content-type': 'application/json' };
  return ask({ ...question, headers: json, body: JSON.stringify(body) }, left);
}

/**
 * The number of the installation; of an organization too, in spite of the name.
 * https://docs.github.com/en/rest/apps/apps#get-a-user-installation-for-the-authenticated-app
 */
export async function findInstallation(target: GithubTarget, app: GithubAsking): Promise<number> {
  const { owner, installation } = target;
  if (owner === undefined) return installation;
  const name = nameApi(app.api, 'installation');
  const {
    id,
    account,
    client_id: client,
    app_id: number,
  } = await callGithub(app, {
    what: 'installation',
    path: `/users/${owner}/installation`,
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
export function createAccessToken(
  installation: number,
  { repositories, permissions }: GithubTarget,
  app: GithubAsking,
): Promise<JsonObject> {
  return callGithub(app, {
    what: 'access_tokens',
    path: `/app/installations/${installation}/access_tokens`,
    body: { repositories, permissions },
  });
}

/**
 * Gives a token back, by itself: whether it is gone now.
 * https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
 */
export async function revokeToken(installation: GithubAsking): Promise<boolean> {
  try {
    await callGithub(installation, {
      what: 'revoke',
      path: '/installation/token',
      method: 'DELETE',
    });
    return true;
  } catch {
    return false;
  }
}
