import { createBuildkiteMint } from './buildkite.ts';
import { createCircleciMint } from './circleci.ts';
import { createGithubMint } from './github.ts';
import {
  type MintSettings,
  type MintToken,
  NoSubjectToken,
  readSubjectToken,
  type TokenOptions,
} from './mint.ts';

/** Where a job's token comes from, and what may be chosen of it there. */
type TokenSource = {
  readonly name: string;
  /** The variables that say so; one is enough. */
  readonly signs: readonly string[];
  readonly choosesClaims: boolean;
  readonly mint: (options: TokenOptions, settings: MintSettings) => MintToken;
};

const CIS: readonly TokenSource[] = [
  { name: 'Buildkite', signs: ['BUILDKITE_JOB_ID'], choosesClaims: true, mint: createBuildkiteMint },
  {
    name: 'GitHub Actions',
    signs: ['ACTIONS_ID_TOKEN_REQUEST_URL', 'GITHUB_ACTIONS'],
    choosesClaims: false,
    mint: createGithubMint,
  },
  { name: 'CircleCI', signs: ['CIRCLECI'], choosesClaims: false, mint: createCircleciMint },
];

/** A variable that holds the token, as those that GitLab's `id_tokens` fill. */
function createVariableSource(variable: string): TokenSource {
  return {
    name: variable,
    signs: [variable],
    choosesClaims: false,
    mint: (_options, settings) => async () => readSubjectToken(settings.environment[variable], variable),
  };
}

/**
 * Finds where this job's token comes from: the variable that holds it, else the CI that the environment
 * speaks of. Throws `NoSubjectToken`, which says what was looked for.
 */
export function findMint(options: TokenOptions, settings: MintSettings, variable: string): MintToken {
  const sources = [createVariableSource(variable), ...CIS];
  const source = sources.find(({ signs }) => signs.some(sign => settings.environment[sign]));
  if (!source)
    throw new NoSubjectToken(
      `There is no subject token. Give --token-file or --token-command. Looked for and not set: ${sources.map(({ signs: [first] }) => first).join(', ')}.`,
    );
  const { claims, lifetime, subjectClaim } = options;
  const hasChosen = claims.length > 0 || lifetime !== undefined || subjectClaim !== undefined;
  if (!source.choosesClaims && hasChosen)
    throw new NoSubjectToken(
      `${source.name} lets a job choose neither --claim nor --lifetime nor --subject-claim. Leave them out.`,
    );
  return source.mint(options, settings);
}
