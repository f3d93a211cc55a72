import type { Claims, ClaimValue } from '../../policy/claims.ts';
import { readClaimPath } from '../../policy/claims.ts';
import { createConstraint, pickValue } from './constraint.ts';
import { listLikelyValues } from './likely.ts';
import type { Dimension, Point } from './region.ts';
import type { Remainder } from './search.ts';
import type { SearchSpace } from './space.ts';

/** One request that shows a difference: concrete, so that `decide` can be asked of it. */
export type Witness = {
  readonly issuer: string;
  readonly audience: string;
  readonly claims: Claims;
  readonly sourceAddress: string | undefined;
  /** Seconds since the epoch. */
  readonly now: number;
};

type MutableClaims = { [name: string]: ClaimValue };

function putClaim(claims: MutableClaims, name: string, value: ClaimValue): void {
  const path = readClaimPath(name);
  const [last = '', ...outer] = typeof path === 'object' ? [...path].reverse() : [name];
  let holder = claims;
  for (const segment of outer.reverse()) holder = (holder[segment] ??= Object.create(null)) as MutableClaims;
  holder[last] =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.assign(Object.create(null), value, holder[last])
      : value;
}

/** A request from what a search left, with values of the sample where they fit; undefined when none could be told. */
export function createWitness(left: Remainder, space: SearchSpace, sample: Claims): Witness | undefined {
  let told = true;
  const pick = (dimension: Dimension, preferred: readonly Point[]): Point => {
    const constraint = left.get(dimension) ?? createConstraint(dimension);
    const picked = pickValue({ constraint, dimension }, preferred, space.budget);
    told &&= picked !== undefined;
    return picked?.value;
  };
  const claims: MutableClaims = Object.create(null);
  for (const [name, dimension] of space.claims) {
    if (!left.has(dimension)) continue;
    const value = pick(dimension, listLikelyValues(name, sample[name]));
    if (value !== undefined) putClaim(claims, name, value);
  }
  const audience = String(pick(space.audience, []));
  const sourceAddress = left.has(space.source) ? (pick(space.source, []) as string | undefined) : undefined;
  const now = pick(space.time, []) as number;
  return told ? { issuer: space.issuer, audience, claims, sourceAddress, now } : undefined;
}
