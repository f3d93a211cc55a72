import type { JsonObject } from '../../http/json.ts';
import type { Budget } from '../../http/persist.ts';
import type { GithubTarget } from '../../policy/kinds/github.ts';
import { refuseAnswer } from '../expiry.ts';
import type { Ask, Question } from '../upstream.ts';

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

type Call = Pick<Question, 'name' | 'to' | 'mend'> & {
  readonly method?: Question['method'];
  readonly body?: object;
};

const called = ({ ask, token, left }: Asking, { body, ...call }: Call): Promise<JsonObject> => {
  const headers = { ...HEADERS, authorization: `Bearer ${token}` };
  if (body === undefined) return ask({ ...call, headers, body: '' }, left);
  const json = { ...headers, 'content-type': 'application/json' };
  return ask({ ...call, headers: json, body: JSON.stringify(body) }, left);
};

/** What GitHub's words want, and the side that must mend it. */
const MENDS: readonly (readonly [words: RegExp, mend: string])[] = [
  [
    /repositor/i,
    'in GitHub: each repository of the role must be there, and be one that the installation may use',
  ],
  [/permissions? requested/i, 'in GitHub: the App needs these permissions, and its owner must accept them'],
  [/suspended/i, 'in GitHub: the installation is suspended'],
  [/not found/i, 'in GitHub: the App is not installed there: owner or installation of the role'],
  [
    /./,
    'the key of the app must be one of the GitHub App, and app of the role its client id; else our clock is wrong',
  ],
];

const mend = (said: string): string => MENDS.find(([words]) => words.test(said))?.[1] ?? '';

/**
 * The number of the installation; of an organization too, in spite of the name.
 * https://docs.github.com/en/rest/apps/apps#get-a-user-installation-for-the-authenticated-app
 */
export const installationOf = async ({ owner, installation }: GithubTarget, app: Asking): Promise<number> => {
  if (owner === undefined) return installation;
  const name = `${API} installation`;
  const { id, account } = await called(app, {
    name,
    to: `${API}/users/${owner}/installation`,
    method: 'GET',
    mend,
  });
  const { login } = Object(account) as JsonObject;
  if (!Number.isSafeInteger(id) || String(login).toLowerCase() !== owner.toLowerCase())
    refuseAnswer(name, 'with the installation of another');
  return Number(id);
};

/** https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app */
export const accessToken = (
  installation: number,
  { repositories, permissions }: GithubTarget,
  app: Asking,
): Promise<JsonObject> =>
  called(app, {
    name: ACCESS_TOKENS,
    to: `${API}/app/installations/${installation}/access_tokens`,
    body: { repositories, permissions },
    mend,
  });

/**
 * Gives a token back, by itself: whether it is gone now.
 * https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
 */
export const revoked = async (installation: Asking): Promise<boolean> => {
  try {
    await called(installation, {
      name: `${API} revoke`,
      to: `${API}/installation/token`,
      method: 'DELETE',
      mend,
    });
    return true;
  } catch {
    return false;
  }
};
