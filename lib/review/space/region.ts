import type { ClaimPath, Claims, ClaimValue } from '../../policy/claims.ts';
import { type Condition, checkCondition, type Scalar, type TruthJudgement } from '../../policy/condition.ts';
import { MAX_VALUE } from '../../policy/glob.ts';
import { createPattern, type Pattern } from './automaton.ts';

/** Part of a set that has no end: these members alone, or all but these. */
export type Side<T> = { readonly in: readonly T[] } | { readonly out: readonly T[] };

/**
 * The values of one dimension for which something holds. `points` has a bit for each of the dimension's single
 * values; texts are a union of patterns or what it leaves; arrays, those that have one of these elements or none.
 */
export type Region = {
  readonly points: bigint;
  readonly texts: Side<Pattern>;
  readonly elements: Side<string>;
};

/** One of a dimension's values that stand for all which no condition tells apart from it. */
export type Point = ClaimValue | undefined;

/** One coordinate of a request: a claim, the source address, the time or the audience. */
export type Dimension = {
  readonly name: string;
  readonly points: readonly Point[];
  /** Elements that an array may have, by what they are called here; undefined where there are points alone. */
  readonly elements: ReadonlyMap<string, ClaimValue> | undefined;
};

const NO: Side<never> = { in: [] };
function flipSide<T>(side: Side<T>): Side<T> {
  return 'in' in side ? { out: side.in } : { in: side.out };
}

/** Every value of the dimension for which it does not hold. */
export function invertRegion(region: Region, dimension: Dimension): Region {
  const { points, texts, elements } = region;
  return {
    points: points ^ ((1n << BigInt(dimension.points.length)) - 1n),
    ...(dimension.elements ? { texts: flipSide(texts), elements: flipSide(elements) } : { texts, elements }),
  };
}

/** The region of the points that satisfy a test, without any text or array. */
export function selectPoints(dimension: Dimension, holds: (point: Point) => boolean): Region {
  return {
    points: dimension.points.reduce<bigint>(
      (mask, point, at) => (holds(point) ? mask | (1n << BigInt(at)) : mask),
      0n,
    ),
    texts: NO,
    elements: NO,
  };
}

const OTHER_TEXT = 'another text';
function createUnusedText(taken: readonly Scalar[]): string {
  let text = OTHER_TEXT;
  while (taken.includes(text)) text += ' ';
  return text;
}
function createUnusedNumber(taken: readonly Scalar[]): number {
  let number = 1;
  while (taken.includes(number)) number++;
  return number;
}

/** Elements that no condition tells apart are one: each operand, one more of its type, and what is no scalar. */
function listElements(operands: readonly Scalar[]): ReadonlyMap<string, ClaimValue> {
  return operands.length === 0
    ? new Map()
    : new Map<string, ClaimValue>(
        [...operands, createUnusedText(operands), createUnusedNumber(operands), true, false, null]
          .map((each): [string, ClaimValue] => [JSON.stringify(each), each])
          .concat([['{}', {}]]),
      );
}

/**
 * Texts that are in doubt under every pattern: with a control character, which no operand has, and too long for one.
 * Each stands for all of its kind.
 */
const ODD_TEXTS = ['a line\nfeed', 'x'.repeat(MAX_VALUE + 1)];

/** The values of a claim that these conditions, of whichever role, can tell apart. */
export function createClaimDimension(name: string, conditions: readonly Condition[]): Dimension {
  const operands = conditions.flatMap(each => each.operands);
  const numbers = operands.filter(each => typeof each === 'number');
  const contained = conditions.filter(each => each.operator.startsWith('contains'));
  return {
    name,
    // 0.5 is no safe integer, and an object is of no use to any operator.
    points: [
      undefined,
      null,
      true,
      false,
      ...new Set(numbers),
      createUnusedNumber(numbers),
      0.5,
      {},
      ...ODD_TEXTS,
    ],
    elements: listElements(contained.flatMap(each => each.operands)),
  };
}

function nestClaim(path: ClaimPath, value: Point): Claims {
  const [last = '', ...outer] = typeof path === 'string' ? [path] : [...path].reverse();
  const inner: Claims = value === undefined ? {} : { [last]: value };
  return outer.reduce<Claims>((held, name) => ({ [name]: held }), inner);
}

type JudgeHolds = (judged: TruthJudgement) => boolean;

function selectTexts(condition: Condition, holds: (value: ClaimValue) => boolean): Side<Pattern> {
  const texts = condition.operands.filter(each => typeof each === 'string');
  if (condition.operator === 'matches') return { in: texts.map(each => createPattern(each, false)) };
  const others = holds(createUnusedText(texts));
  const apart = texts.filter(each => holds(each) !== others).map(each => createPattern(each, true));
  return others ? { out: apart } : { in: apart };
}

/** Arrays: only `contains` looks into them, and one element is enough for it. */
function selectElements(dimension: Dimension, holds: (value: ClaimValue) => boolean): Side<string> {
  const others = holds([]);
  const apart = [...(dimension.elements ?? [])]
    .filter(([, element]) => holds([element]) !== others)
    .map(([name]) => name);
  return others ? { out: apart } : { in: apart };
}

/**
 * The region in which `check` judges a condition so that `holds`. It asks `check` itself of every point, so that
 * there is no second account of what an operator means; `absent` is what a missing claim is read as.
 */
export function createRegion(
  condition: Condition,
  dimension: Dimension,
  absent: Point,
  holds: JudgeHolds,
): Region {
  if (condition.on === 'source_ip')
    return selectPoints(dimension, point =>
      holds(checkCondition(condition, {}, point as string | undefined)),
    );
  const test = (value: Point): boolean =>
    holds(checkCondition(condition, nestClaim(condition.path, value), undefined));
  return {
    points: selectPoints(dimension, point => test(point === undefined ? absent : point)).points,
    texts: selectTexts(condition, test),
    elements: selectElements(dimension, test),
  };
}
