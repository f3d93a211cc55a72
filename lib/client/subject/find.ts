import { buildkite } from './buildkite.ts';
import { circleci } from './circleci.ts';
import { github } from './github.ts';
import { type Mint, NoSubjectToken, type Step, type TokenWish, tokenIn } from './mint.ts';

/** Where a job's token comes from, and what may be chosen of it there. */
type Ci = {
  readonly name: string;
  /** The variables that say so; one is enough. */
  readonly signs: readonly string[];
  readonly choosesClaims: boolean;
  readonly mint: (wish: TokenWish, step: Step) => Mint;
};

const CIS: readonly Ci[] = [
  { name: 'Buildkite', signs: ['BUILDKITE_JOB_ID'], choosesClaims: true, mint: buildkite },
  {
    name: 'GitHub Actions',
    signs: ['ACTIONS_ID_TOKEN_REQUEST_URL', 'GITHUB_ACTIONS'],
    choosesClaims: false,
    mint: github,
  },
  { name: 'CircleCI', signs: ['CIRCLECI'], choosesClaims: false, mint: circleci },
];

/** A variable that holds the token, as those that GitLab's `id_tokens` fill. */
function held(variable: string): Ci {
  return {
    name: variable,
    signs: [variable],
    choosesClaims: false,
    mint:
      (_wish, { environment }) =>
      async () =>
        tokenIn(environment[variable], variable),
  };
}

function choices({ claims, lifetime, subjectClaim }: TokenWish): boolean {
  return claims.length > 0 || lifetime !== undefined || subjectClaim !== undefined;
}

/**
 * Finds where this job's token comes from: the variable that holds it, else the CI that the environment
 * speaks of. Throws `NoSubjectToken`, which says what was looked for.
 */
export function findMint(wish: TokenWish, step: Step, variable: string): Mint {
  const sources = [held(variable), ...CIS];
  const source = sources.find(({ signs }) => signs.some(sign => step.environment[sign]));
  if (!source)
    throw new NoSubjectToken(
      `There is no subject token. Give --token-file or --token-command. Looked for and not set: ${sources.map(({ signs: [first] }) => first).join(', ')}.`,
    );
  if (!source.choosesClaims && choices(wish))
    throw new NoSubjectToken(
      `${source.name} lets a job choose neither --claim nor --lifetime nor --subject-claim. Leave them out.`,
    );
  return source.mint(wish, step);
}
