import type { ClaimValue } from '../../lib/policy/claims.ts';
import { bitsOf, rangeOf } from './address.ts';

/** False, in doubt, true: Kleene's three values, so that AND is the least and OR is the greatest. */
export type Truth = 0 | 0.5 | 1;
export type Scalar = string | number | boolean | null;
/** A claim's value, or undefined when it is absent. */
export type Value = ClaimValue | undefined;

export function and(truths: readonly Truth[]): Truth {
  return Math.min(1, ...truths) as Truth;
}
function or(truths: readonly Truth[]): Truth {
  return Math.max(0, ...truths) as Truth;
}
function not(truth: Truth): Truth {
  return (1 - truth) as Truth;
}

function comparable(value: Value): value is Scalar {
  return (
    value !== undefined &&
    (value === null || typeof value !== 'object') &&
    (typeof value !== 'number' || Number.isSafeInteger(value))
  );
}

function equal(value: Value, operand: Scalar): Truth {
  if (!comparable(value)) return 0.5;
  if (value === operand) return 1;
  return value === null || operand === null || typeof value === typeof operand ? 0 : 0.5;
}

function differ(value: Value, operand: Scalar): Truth {
  return value === null && operand !== null ? 0.5 : not(equal(value, operand));
}

function remembered<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return text => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = make(text);
    known.set(text, made);
    return made;
  };
}

const expression = remembered(pattern => {
  const pieces = [...pattern].map(point => {
    if (point === '*') return '[^]*';
    return point === '?' ? '[^]' : `\\u{${point.codePointAt(0)?.toString(16)}}`;
  });
  return new RegExp(`^${pieces.join('')}$`, 'u');
});

function alike(value: Value, pattern: Scalar): Truth {
  if (value === null) return 0;
  if (typeof value !== 'string' || /\p{Cc}/u.test(value)) return 0.5;
  return expression(String(pattern)).test(value) ? 1 : 0;
}

function among(value: Value, operand: Scalar): Truth {
  return Array.isArray(value) ? or(value.map(element => equal(element, operand))) : 0.5;
}

type Test = (value: Value, operands: readonly Scalar[]) => Truth;

const TESTS: ReadonlyMap<string, Test> = new Map([
  ['equals', (value, [operand = null]) => equal(value, operand)],
  ['not_equals', (value, [operand = null]) => differ(value, operand)],
  ['in', (value, operands) => or(operands.map(each => equal(value, each)))],
  ['not_in', (value, operands) => and(operands.map(each => differ(value, each)))],
  ['matches', (value, operands) => or(operands.map(each => alike(value, each)))],
  ['contains', (value, [operand = null]) => among(value, operand)],
  ['contains_any', (value, operands) => or(operands.map(each => among(value, each)))],
]);

/** What this operator says of a claim's value. */
export function judge(operator: string, value: Value, operands: readonly Scalar[]): Truth {
  const test = TESTS.get(operator);
  if (!test) throw new Error(`no such operator: ${operator}`);
  return test(value, operands);
}

const range = remembered(rangeOf);

/** Does the source address lie in one of the ranges? In doubt when it is unknown. */
export function judgeSource(operator: string, address: string | undefined, ranges: readonly string[]): Truth {
  const own = address === undefined ? undefined : bitsOf(address);
  if (own === undefined) return 0.5;
  const inside = ranges.some(each => {
    const [length, common] = range(each);
    return length === own.length && own.startsWith(common);
  });
  return inside === (operator === 'in') ? 1 : 0;
}
