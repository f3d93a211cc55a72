import { type Differences, isWidening, type RoleChange } from './change.ts';

export type Direction = 'wider' | 'undecided' | 'not wider';

/** Each direction in words. */
export const DIRECTIONS: { readonly [direction in Direction]: string } = {
  wider: 'Wider: somebody gets more than before.',
  undecided: 'Undecided: whether somebody gets more could not be told within bounds.',
  'not wider': 'Not wider: nobody gets more than before.',
};

function dropUndecided<T extends { readonly shown: unknown }>(list: readonly T[]): T[] {
  return list.filter(each => each.shown !== 'undecided');
}

function keepShown(change: RoleChange): RoleChange {
  return {
    ...change,
    gained: dropUndecided(change.gained),
    scopesGained: dropUndecided(change.scopesGained),
  };
}

/** Does anybody get more? Undecided, where the one thing that says so is a search that was given up. */
export function judgeDirection(differences: Differences): Direction {
  const { roles, issuers, guardrails } = differences;
  const members = [...issuers.flatMap(issuer => issuer.members), ...guardrails];
  const verified = members.some(each => !each.narrower);
  if (verified || roles.some(change => isWidening(keepShown(change)))) return 'wider';
  return roles.some(isWidening) ? 'undecided' : 'not wider';
}
