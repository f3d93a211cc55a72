import { TEXTS } from '../texts.ts';
import { fetchSubjectToken } from './answer.ts';
import { type MintSettings, type MintToken, NoSubjectToken, type TokenOptions } from './mint.ts';

/** GitHub Actions: https://docs.github.com/en/actions/reference/security/oidc#methods-for-requesting-the-oidc-token */
export function createGithubMint(options: TokenOptions, settings: MintSettings): MintToken {
  return async () => {
    const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret } =
      settings.environment;
    if (!url || !secret) throw new NoSubjectToken(TEXTS.github_no_token);
    return fetchSubjectToken(settings, {
      url: `${url}${url.includes('?') ? '&' : '?'}audience=${encodeURIComponent(options.audience)}`,
      init: { headers: { authorization: `Bearer ${secret}` } },
      member: 'value',
      door: 'The token door of GitHub Actions (ACTIONS_ID_TOKEN_REQUEST_URL)',
    });
  };
}
