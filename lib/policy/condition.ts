import { isInRange, readAddress, readRange } from './cidr.ts';
import { type ClaimPath, type Claims, type ClaimValue, findClaim } from './claims.ts';
import { MAX_VALUE, matchGlob } from './glob.ts';

export type Scalar = string | number | boolean | null;

export const OPERATORS = [
  'equals',
  'not_equals',
  'in',
  'not_in',
  'matches',
  'contains',
  'contains_any',
] as const;
export type Operator = (typeof OPERATORS)[number];

/**
 * One compiled condition: plain data, so that a role can be hashed, stored and bundled. `operands` holds
 * what stood beside the operator, always as a list; an operator for one value has a list of one.
 */
export type Condition = {
  readonly on: 'claim' | 'source_ip';
  /** The name as written in the policy. */
  readonly name: string;
  readonly path: ClaimPath;
  readonly operator: Operator;
  readonly operands: readonly Scalar[];
  /** This condition ties the statement to one tenant of the issuer. */
  readonly binds: boolean;
};

/** A condition is true, false, or in doubt; `why` names the reason for anything but true. */
export type Truth = 'true' | 'false' | 'doubt';
export type TruthReason =
  | 'holds'
  | 'differs'
  | 'absent'
  | 'wrong_type'
  | 'unsafe_number'
  | 'too_long'
  | 'control_character'
  | 'source_address_unknown';
export type TruthJudgement = { readonly truth: Truth; readonly why: TruthReason };

const TRUE: TruthJudgement = { truth: 'true', why: 'holds' };
const DIFFERS: TruthJudgement = { truth: 'false', why: 'differs' };
const ABSENT: TruthJudgement = { truth: 'doubt', why: 'absent' };
const WRONG_TYPE: TruthJudgement = { truth: 'doubt', why: 'wrong_type' };
const UNSAFE: TruthJudgement = { truth: 'doubt', why: 'unsafe_number' };
const TOO_LONG: TruthJudgement = { truth: 'doubt', why: 'too_long' };
const CONTROL: TruthJudgement = { truth: 'doubt', why: 'control_character' };
const NO_ADDRESS: TruthJudgement = { truth: 'doubt', why: 'source_address_unknown' };

function judge(holds: boolean): TruthJudgement {
  return holds ? TRUE : DIFFERS;
}

/** False wins over doubt, and doubt over true: the rule for conditions that stand together. */
export function judgeAll(judged: readonly TruthJudgement[]): TruthJudgement {
  return judged.find(each => each.truth === 'false') ?? judged.find(each => each.truth === 'doubt') ?? TRUE;
}

function judgeAny(judged: readonly TruthJudgement[]): TruthJudgement {
  return judged.find(each => each.truth === 'true') ?? judged.find(each => each.truth === 'doubt') ?? DIFFERS;
}

function judgeEquality(value: ClaimValue, operand: Scalar): TruthJudgement {
  if (value !== null && typeof value === 'object') return WRONG_TYPE;
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return UNSAFE;
  if (value === null || operand === null || typeof value === typeof operand) return judge(value === operand);
  return WRONG_TYPE;
}

// Null beside non-null operands is in doubt here, and plainly different under equals: `not_equals: main`
// must not be met by a claim that says nothing (threat T25).
function judgeDifference(value: ClaimValue, operand: Scalar): TruthJudgement {
  if (value === null && operand !== null) return WRONG_TYPE;
  const same = judgeEquality(value, operand);
  return same.truth === 'doubt' ? same : judge(same.truth === 'false');
}

const CONTROLS = /\p{Cc}/u;

// No vendor sends a line break in a name, and other languages' patterns stop at one: whoever sends it is not let in,
// and a deny strikes.
function judgePatterns(value: ClaimValue, patterns: readonly Scalar[]): TruthJudgement {
  if (value === null) return DIFFERS;
  if (typeof value !== 'string') return WRONG_TYPE;
  if (value.length > MAX_VALUE) return TOO_LONG;
  if (CONTROLS.test(value)) return CONTROL;
  return judge(patterns.some(pattern => matchGlob(String(pattern), value)));
}

/** The elements of an array, gathered once: it may be long, and many conditions may ask. */
type Elements = { readonly all: ReadonlySet<ClaimValue>; readonly samples: readonly ClaimValue[] };
const known = new WeakMap<readonly ClaimValue[], Elements>();

/** One element of each kind stands for all of it: beside an operand, they are in doubt for one reason or differ alike. */
function sortElements(value: readonly ClaimValue[]): Elements {
  const held = known.get(value);
  if (held) return held;
  const kinds = new Map<string, ClaimValue>();
  for (const each of value) {
    const kind =
      each === null
        ? 'null'
        : typeof each === 'number'
          ? `number ${Number.isSafeInteger(each)}`
          : typeof each;
    if (!kinds.has(kind)) kinds.set(kind, each);
  }
  const made: Elements = { all: new Set(value), samples: [...kinds.values()] };
  known.set(value, made);
  return made;
}

/** True if one element equals one operand, else in doubt if one pair is: in steps that grow with both, not with their product. */
function judgeElements(value: ClaimValue, operands: readonly Scalar[]): TruthJudgement {
  if (!Array.isArray(value)) return WRONG_TYPE;
  const { all: elements, samples } = sortElements(value as readonly ClaimValue[]);
  if (operands.some(operand => elements.has(operand) && judgeEquality(operand, operand).truth === 'true'))
    return TRUE;
  const doubts = samples.flatMap(element => operands.map(operand => judgeEquality(element, operand)));
  return doubts.find(({ truth }) => truth === 'doubt') ?? DIFFERS;
}

function checkClaim(
  value: ClaimValue | undefined,
  operator: Operator,
  operands: readonly Scalar[],
): TruthJudgement {
  if (value === undefined) return ABSENT;
  switch (operator) {
    case 'equals':
    case 'in':
      return operands.length === 1
        ? judgeEquality(value, operands[0] as Scalar)
        : judgeAny(operands.map(operand => judgeEquality(value, operand)));
    case 'not_equals':
    case 'not_in':
      return judgeAll(operands.map(operand => judgeDifference(value, operand)));
    case 'matches':
      return judgePatterns(value, operands);
    case 'contains':
    case 'contains_any':
      return judgeElements(value, operands);
  }
}

type Ranges = readonly NonNullable<ReturnType<typeof readRange>>[];
const read = new WeakMap<readonly Scalar[], Ranges>();

/** A role's own list is read once: it is the same object for as long as the role is. */
function readRanges(operands: readonly Scalar[]): Ranges {
  const held = read.get(operands);
  if (held) return held;
  const ranges = operands.flatMap(operand => readRange(String(operand)) ?? []);
  read.set(operands, ranges);
  return ranges;
}

function checkSource(
  source: string | undefined,
  operator: Operator,
  operands: readonly Scalar[],
): TruthJudgement {
  const from = source === undefined ? undefined : readAddress(source);
  if (!from) return NO_ADDRESS;
  const inside = readRanges(operands).some(within => isInRange(from, within));
  return judge(operator === 'in' ? inside : !inside);
}

export type CheckedCondition = TruthJudgement & {
  readonly condition: Condition;
  readonly actual: ClaimValue | undefined;
};

/** Judges one condition against the claims and the caller's address. Pure and total. */
export function checkCondition(
  condition: Condition,
  claims: Claims,
  sourceAddress: string | undefined,
): CheckedCondition {
  const { on, path, operator, operands } = condition;
  const actual = on === 'claim' ? findClaim(claims, path) : sourceAddress;
  const { truth, why } =
    on === 'claim' ? checkClaim(actual, operator, operands) : checkSource(sourceAddress, operator, operands);
  return { condition, actual, truth, why };
}
