import { type Condition, checkCondition, type Scalar, type TruthJudgement } from '../../policy/condition.ts';

/**
 * The values that a claim can have where all of these conditions are true, when one of them lists values; undefined
 * when none does. What is plain from such a list needs no search.
 */
export function listClaimValues(
  conditions: readonly Condition[],
  name: string,
): readonly Scalar[] | undefined {
  const all = conditions.filter(each => each.on === 'claim' && each.name === name);
  const listed = all.find(each => each.operator === 'equals' || each.operator === 'in');
  return listed?.operands.filter(value => all.every(each => judgeValue(each, value).truth === 'true'));
}

/** Judges one value of its claim by a condition. */
export function judgeValue(condition: Condition, value: Scalar): TruthJudgement {
  const { path } = condition;
  if (typeof path === 'string') return checkCondition(condition, { [path]: value }, undefined);
  return checkCondition({ ...condition, path: condition.name }, { [condition.name]: value }, undefined);
}

/** Is no token there of which all of both are true, since the listed values of one claim leave none? */
export function isDisjoint(some: readonly Condition[], others: readonly Condition[]): boolean {
  const both = [...some, ...others];
  return some.some(each => each.on === 'claim' && listClaimValues(both, each.name)?.length === 0);
}

/** Is the condition plainly of this truth for every token of which all of these are true? */
export function isAlways(
  condition: Condition,
  truth: TruthJudgement['truth'],
  given: readonly Condition[],
): boolean {
  const values = condition.on === 'claim' ? listClaimValues(given, condition.name) : undefined;
  return values?.every(value => judgeValue(condition, value).truth === truth) ?? false;
}
