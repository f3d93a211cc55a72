import {
  type Constraint,
  createConstraint,
  isEmptyConstraint,
  isPlainlyEmpty,
  narrowConstraint,
} from './constraint.ts';
import type { SearchBudget } from './language.ts';
import { type Dimension, invertRegion, type Region } from './region.ts';

/** One demand on one dimension. */
export type Demand = { readonly on: Dimension; readonly region: Region };

/** All requests that meet every demand. A policy is boxes minus boxes. */
export type Box = readonly Demand[];

/** The part of each dimension that is left, of those of which a demand spoke. */
export type Remainder = ReadonlyMap<Dimension, Constraint>;

export type SearchResult = Remainder | 'none' | 'undecided';

/** The cost of narrowing a space once, in steps of an automaton. */
const NARROWING = 100;

type NarrowedSpace = Remainder | undefined;

const NEGATED = new WeakMap<Demand, Demand>();

function negateDemand(demand: Demand): Demand {
  const { on, region } = demand;
  const made = NEGATED.get(demand) ?? { on, region: invertRegion(region, on) };
  NEGATED.set(demand, made);
  return made;
}

function narrowByDemand(space: Remainder, demand: Demand): Constraint {
  return narrowConstraint(space.get(demand.on) ?? createConstraint(demand.on), demand.region);
}

function isAnythingLeft(space: Remainder, demand: Demand, budget: SearchBudget): boolean {
  budget.left -= NARROWING;
  return !isEmptyConstraint(narrowByDemand(space, demand), demand.on, budget);
}

/** The space with one more demand; undefined when nothing is left of it. */
function addDemand(space: Remainder, demand: Demand, budget: SearchBudget): NarrowedSpace {
  return isAnythingLeft(space, demand, budget)
    ? new Map(space).set(demand.on, narrowByDemand(space, demand))
    : undefined;
}

/**
 * Has a demand nothing in common with the space? What texts must not be is left aside: it grows with every box left.
 */
function isOutside(space: Remainder, demand: Demand, budget: SearchBudget): boolean {
  const { points, texts, elements } = narrowByDemand(space, demand);
  return isEmptyConstraint({ points, texts: { ...texts, none: [] }, elements }, demand.on, budget);
}

/** The ways out of a box, one for each demand that can be broken; undefined when the space is outside of it anyway. */
function listWaysOut(space: Remainder, box: Box, budget: SearchBudget): Demand[] | undefined {
  return box.some(demand => isOutside(space, demand, budget))
    ? undefined
    : box.filter(demand => isAnythingLeft(space, negateDemand(demand), budget));
}

type Way = { readonly ways: readonly Demand[]; readonly box: Box };

/** Goes the only way out of each box that has but one; what is left, and the boxes that still have to be left. */
function leaveByOnlyWays(
  space: Remainder,
  boxes: readonly Box[],
  budget: SearchBudget,
): { left: NarrowedSpace; open: Way[] } {
  let left: NarrowedSpace = space;
  const open: Way[] = [];
  for (const box of boxes) {
    const ways: Demand[] | undefined = left && listWaysOut(left, box, budget);
    if (!left || !ways) continue;
    const only: Demand | undefined = ways[0];
    if (ways.length > 1) open.push({ ways, box });
    else left = only ? addDemand(left, negateDemand(only), budget) : undefined;
  }
  return { left, open };
}

function tryWays(space: Remainder, fork: Way, others: readonly Box[], budget: SearchBudget): SearchResult {
  let doubt = false;
  let from: NarrowedSpace = space;
  for (const way of fork.ways) {
    const outside: NarrowedSpace = from && addDemand(from, negateDemand(way), budget);
    const found = outside ? leaveBoxes(outside, others, budget) : 'none';
    if (typeof found === 'object') return found;
    doubt ||= found === 'undecided';
    // What is left to try keeps this demand, so that no part of the space is searched twice.
    from = from && addDemand(from, way, budget);
  }
  return doubt ? 'undecided' : 'none';
}

function leaveBoxes(space: Remainder, boxes: readonly Box[], budget: SearchBudget): SearchResult {
  if (
    boxes.some(box =>
      box.every(demand => isPlainlyEmpty(narrowByDemand(space, negateDemand(demand)), demand.on)),
    )
  )
    return 'none';
  if (budget.left < 0) return 'undecided';
  const { left, open } = leaveByOnlyWays(space, boxes, budget);
  if (!left) return 'none';
  const [first] = [...open].sort((a, b) => a.ways.length - b.ways.length);
  if (!first) return left;
  const rest = open.filter(each => each !== first).map(each => each.box);
  // Whoever went only ways may have closed others: those boxes are looked at again.
  return left === space ? tryWays(left, first, rest, budget) : leaveBoxes(left, [first.box, ...rest], budget);
}

/**
 * Some part of `inside` that is in none of the boxes `outside`, or that there is none. Exact: `undecided` when the
 * search grows too large. Which texts are left may still be undecided; then no request can be made of the part.
 */
export function searchBoxes(inside: Box, outside: readonly Box[], budget: SearchBudget): SearchResult {
  const space = inside.reduce<NarrowedSpace>(
    (space, demand) => space && addDemand(space, demand, budget),
    new Map(),
  );
  return space ? leaveBoxes(space, outside, budget) : 'none';
}
