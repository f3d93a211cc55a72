import type { Claims } from '../policy/claims.ts';
import { buildkite } from './scenarios/buildkite.ts';
import { circleci } from './scenarios/circleci.ts';
import type { JobFamily } from './scenarios/family.ts';
import { github } from './scenarios/github.ts';
import { gitlab } from './scenarios/gitlab.ts';

export type { JobFamily } from './scenarios/family.ts';

/** By the word that stands before the slash in the name of a scenario. */
export const FAMILIES = { buildkite, github, gitlab, circleci } as const satisfies Record<string, JobFamily>;

/** A kind of job that a case can start from, or be changed into: `buildkite/tag`. */
export type Scenario = {
  readonly family: JobFamily;
  /** The claims that set it apart from a plain push; none for the push itself. */
  readonly changes: Claims;
};

const PUSH = 'push';

/** Every scenario by its name. */
export const SCENARIOS: ReadonlyMap<string, Scenario> = new Map(
  Object.entries(FAMILIES).flatMap(([word, family]: [string, JobFamily]) =>
    Object.entries({ [PUSH]: {}, ...family.scenarios }).map(([name, changes]): [string, Scenario] => [
      `${word}/${name}`,
      { family, changes },
    ]),
  ),
);

/** The word of the vendor whose issuers have this preset, with its jobs. */
export function findFamily(
  preset: string | undefined,
): { readonly word: string; readonly family: JobFamily } | undefined {
  const found = Object.entries(FAMILIES).find(([, family]) => family.preset === preset);
  return found && { word: found[0], family: found[1] };
}

/** The claims with those that the vendor makes from them, unless they are there: a case may say otherwise. */
export function addFollowingClaims(family: JobFamily, claims: Claims): Claims {
  return Object.assign(Object.create(null), family.follows(claims), claims);
}

/** The claims of a plain push to main of an issuer with this preset; none where the vendor's jobs are not known. */
export function createPlainJob(preset: string | undefined): Claims {
  const found = findFamily(preset);
  return found ? addFollowingClaims(found.family, found.family.usual) : {};
}
