import type { ClaimValue } from '../../policy/claims.ts';
import {
  findShortText,
  isOneOfTexts,
  isPlainlyNone,
  judgeAnyText,
  type SearchBudget,
  type Texts,
} from './language.ts';
import type { Dimension, Point, Region, Side } from './region.ts';

/** Elements of which arrays must have one, list by list, and those that they must not have. */
type ElementSets = { readonly every: readonly (readonly string[])[]; readonly none: readonly string[] };

/** The values of one dimension that several regions leave together. */
export type Constraint = { readonly points: bigint; readonly texts: Texts; readonly elements: ElementSets };

/** All values of a dimension. */
export function createConstraint(dimension: Dimension): Constraint {
  const all = dimension.elements ? [] : [[]];
  return {
    points: (1n << BigInt(dimension.points.length)) - 1n,
    texts: { every: all, none: [] },
    elements: { every: all, none: [] },
  };
}

type Narrowable<T> = { readonly every: readonly (readonly T[])[]; readonly none: readonly T[] };

function narrowSide<T>(narrowable: Narrowable<T>, side: Side<T>): Narrowable<T> {
  const { every, none } = narrowable;
  return 'in' in side ? { every: [...every, side.in], none } : { every, none: [...none, ...side.out] };
}

export function narrowConstraint(constraint: Constraint, region: Region): Constraint {
  return {
    points: constraint.points & region.points,
    texts: narrowSide(constraint.texts, region.texts),
    elements: narrowSide(constraint.elements, region.elements),
  };
}

function chooseArray(sets: ElementSets, dimension: Dimension): readonly ClaimValue[] | undefined {
  const chosen = sets.every.map(names => names.find(name => !sets.none.includes(name)));
  return chosen.includes(undefined)
    ? undefined
    : [...new Set(chosen)].map(name => dimension.elements?.get(name ?? '') ?? null);
}

/** Is it plain to see, without a search, that no value is left? */
export function isPlainlyEmpty(constraint: Constraint, dimension: Dimension): boolean {
  const { points, texts, elements } = constraint;
  return points === 0n && !chooseArray(elements, dimension) && isPlainlyNone(texts);
}

/** Is there any value left? What cannot be told is taken to be there: whoever makes a request of it will see. */
export function isEmptyConstraint(
  constraint: Constraint,
  dimension: Dimension,
  budget: SearchBudget,
): boolean {
  const { points, texts, elements } = constraint;
  return points === 0n && !chooseArray(elements, dimension) && !judgeAnyText(texts, budget);
}

/** A constraint in its dimension. */
export type OpenDimension = { readonly constraint: Constraint; readonly dimension: Dimension };

/**
 * One value that is left, a plain one if there is: `preferred` are tried first. A value of undefined stands for
 * absence; undefined alone, for a text that could not be told.
 */
export function pickValue(
  open: OpenDimension,
  preferred: readonly Point[],
  budget: SearchBudget,
): { readonly value: Point } | undefined {
  const {
    constraint: { points, texts, elements },
    dimension,
  } = open;
  const left = dimension.points.filter((_, at) => (points >> BigInt(at)) & 1n);
  const liked = preferred.find(
    each =>
      each !== undefined && (typeof each === 'string' ? isOneOfTexts(texts, each) : left.includes(each)),
  );
  if (liked !== undefined) return { value: liked };
  const text = findShortText(texts, budget);
  if (text !== undefined) return { value: text };
  if (left.length > 0) return { value: left[0] };
  const array = chooseArray(elements, dimension);
  return array && { value: array };
}
