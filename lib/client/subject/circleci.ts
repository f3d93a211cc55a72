import { type Mint, NotThere, type Step, type TokenWish, tokenIn } from './mint.ts';

/** CircleCI: its command takes an audience; the variable's audience is the organization's id, and cannot be chosen. */
export function circleci({ audience }: TokenWish, { environment, run }: Step): Mint {
  return async () => {
    const words = ['run', 'oidc', 'get', '--claims', JSON.stringify({ aud: audience })];
    try {
      return tokenIn(await run('circleci', words), 'circleci');
    } catch (error) {
      const given = environment['CIRCLE_OIDC_TOKEN_V2'];
      if (!(error instanceof NotThere) || !given) throw error;
      return tokenIn(given, 'CIRCLE_OIDC_TOKEN_V2');
    }
  };
}
