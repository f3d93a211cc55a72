import {
  type MintSettings,
  type MintToken,
  ProgramMissing,
  readSubjectToken,
  type TokenOptions,
} from './mint.ts';

/** CircleCI: its command takes an audience; the variable's audience is the organization's id, and cannot be chosen. */
export function createCircleciMint(options: TokenOptions, settings: MintSettings): MintToken {
  return async () => {
    const words = ['run', 'oidc', 'get', '--claims', JSON.stringify({ aud: options.audience })];
    try {
      return readSubjectToken(await settings.run('circleci', words), 'circleci');
    } catch (error) {
      const given = settings.environment['CIRCLE_OIDC_TOKEN_V2'];
      if (!(error instanceof ProgramMissing) || !given) throw error;
      return readSubjectToken(given, 'CIRCLE_OIDC_TOKEN_V2');
    }
  };
}
