import { tokenFrom } from './answer.ts';
import { type Mint, NoSubjectToken, type Step, type TokenWish } from './mint.ts';

/** GitHub Actions: https://docs.github.com/en/actions/reference/security/oidc#methods-for-requesting-the-oidc-token */
export const github =
  ({ audience }: TokenWish, step: Step): Mint =>
  async () => {
    const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret } = step.environment;
    if (!url || !secret)
      throw new NoSubjectToken(
        'GitHub Actions offers this job no token: ACTIONS_ID_TOKEN_REQUEST_URL or ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set. Add "permissions: { id-token: write }" to the job.',
      );
    return tokenFrom(step, {
      url: `${url}${url.includes('?') ? '&' : '?'}audience=${encodeURIComponent(audience)}`,
      init: { headers: { authorization: `Bearer ${secret}` } },
      member: 'value',
      door: 'The token door of GitHub Actions (ACTIONS_ID_TOKEN_REQUEST_URL)',
    });
  };
