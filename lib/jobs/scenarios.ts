import type { Claims } from '../policy/claims.ts';
import { buildkite } from './scenarios/buildkite.ts';
import { circleci } from './scenarios/circleci.ts';
import type { Family } from './scenarios/family.ts';
import { github } from './scenarios/github.ts';
import { gitlab } from './scenarios/gitlab.ts';

export type { Family } from './scenarios/family.ts';

/** By the word that stands before the slash in the name of a scenario. */
export const FAMILIES = { buildkite, github, gitlab, circleci } as const satisfies Record<string, Family>;

/** A kind of job that a case can start from, or be changed into: `buildkite/tag`. */
export type Scenario = {
  readonly family: Family;
  /** What sets it apart from a plain push; nothing for the push itself. */
  readonly changes: Claims;
};

const PUSH = 'push';

/** Every scenario by its name. */
export const SCENARIOS: ReadonlyMap<string, Scenario> = new Map(
  Object.entries(FAMILIES).flatMap(([word, family]: [string, Family]) =>
    Object.entries({ [PUSH]: {}, ...family.scenarios }).map(([name, changes]): [string, Scenario] => [
      `${word}/${name}`,
      { family, changes },
    ]),
  ),
);

/** The word of the vendor whose issuers have this preset, with its jobs. */
export function familyOf(
  preset: string | undefined,
): { readonly word: string; readonly family: Family } | undefined {
  const found = Object.entries(FAMILIES).find(([, family]) => family.preset === preset);
  return found && { word: found[0], family: found[1] };
}

/** The claims with those that the vendor makes from them, unless they are there: a case may say otherwise. */
export function withFollowing({ follows }: Family, claims: Claims): Claims {
  return Object.assign(Object.create(null), follows(claims), claims);
}

/** The claims of a plain push to main of an issuer with this preset; none where the vendor's jobs are not known. */
export function plainJob(preset: string | undefined): Claims {
  const found = familyOf(preset);
  return found ? withFollowing(found.family, found.family.usual) : {};
}
