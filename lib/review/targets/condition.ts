import type { Truth } from '../../policy/condition.ts';
import { matchGlob } from '../../policy/glob.ts';
import type { TrustCondition } from './trust.ts';

/** In doubt is what cannot be told from here. Nothing is guessed. */
export function combineAll(truths: readonly Truth[]): Truth {
  if (truths.includes('false')) return 'false';
  return truths.includes('doubt') ? 'doubt' : 'true';
}
export function combineAny(truths: readonly Truth[]): Truth {
  if (truths.includes('true')) return 'true';
  return truths.includes('doubt') ? 'doubt' : 'false';
}
function negateTruth(truth: Truth): Truth {
  return truth === 'doubt' ? 'doubt' : truth === 'true' ? 'false' : 'true';
}
function convertTruth(holds: boolean): Truth {
  return holds ? 'true' : 'false';
}

/**
 * The values that a request has under a condition key. A value of undefined is there and not empty; what it is,
 * nobody knows yet.
 */
export type KeyValues = {
  readonly values: readonly (string | undefined)[];
  /** A key that has a list of values, which only the set operators read as one. */
  readonly many?: boolean;
};

/** Looks a key up, in lower case: keys have no case. Undefined: nothing is known of it. */
export type KeyLookup = (key: string) => KeyValues | undefined;

type MatchOperand = (operand: string, value: string) => boolean;

// Each of the six parts of an ARN is compared by itself, so that a wildcard does not cross a colon.
const matchArn: MatchOperand = (operand, value) => {
  const split = (arn: string): string[] => {
    const parts = arn.split(':');
    return [...parts.slice(0, 5), parts.slice(5).join(':')];
  };
  const [wanted, given] = [split(operand), split(value)];
  return given.every((part, index) => matchGlob(wanted[index] ?? '', part));
};
const matchEqual: MatchOperand = (operand, value) => operand === value;
const matchWithoutCase: MatchOperand = (operand, value) => operand.toLowerCase() === value.toLowerCase();

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: { readonly [name: string]: { readonly match: MatchOperand; readonly negated?: true } } = {
  StringEquals: { match: matchEqual },
  StringNotEquals: { match: matchEqual, negated: true },
  StringEqualsIgnoreCase: { match: matchWithoutCase },
  StringNotEqualsIgnoreCase: { match: matchWithoutCase, negated: true },
  StringLike: { match: matchGlob },
  StringNotLike: { match: matchGlob, negated: true },
  ArnEquals: { match: matchArn },
  ArnNotEquals: { match: matchArn, negated: true },
  ArnLike: { match: matchArn },
  ArnNotLike: { match: matchArn, negated: true },
  Bool: { match: matchWithoutCase },
};

function matchOperand(match: MatchOperand, operand: string, value: string | undefined): Truth {
  // A variable of IAM is filled in by AWS.
  if (operand.includes('${')) return 'doubt';
  if (value !== undefined) return convertTruth(match(operand, value));
  return match === matchGlob && /^\??\*+$/.test(operand) ? 'true' : 'doubt';
}

const WRITTEN = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/;

/** Does the condition hold for a request of which this much is known? */
export function judgeCondition(condition: TrustCondition, keys: KeyLookup): Truth {
  const { operator: written, key, operands } = condition;
  const [, set, name = '', ifExists] = WRITTEN.exec(written) ?? [];
  const known = keys(key.toLowerCase());
  if (!known) return 'doubt';
  const absent = known.values.length === 0;
  if (name === 'Null')
    return convertTruth(operands.some(operand => matchWithoutCase(operand, String(absent))));
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (!operator) return 'doubt';
  const { match, negated = false } = operator;
  if (absent) {
    if (ifExists || set === 'ForAllValues') return 'true';
    return convertTruth(negated && set !== 'ForAnyValue');
  }
  if (known.many && !set) return 'doubt';
  const truths = known.values.map(value => {
    const any = combineAny(operands.map(operand => matchOperand(match, operand, value)));
    return negated ? negateTruth(any) : any;
  });
  return set === 'ForAnyValue' ? combineAny(truths) : combineAll(truths);
}
