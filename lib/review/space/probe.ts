import { readClaimPath } from '../../policy/claims.ts';
import type { Condition } from '../../policy/condition.ts';
import type { Statement } from '../../policy/statement.ts';

/** A condition on a claim that stands in no file, and is searched for. */
export function createClaimCondition(
  name: string,
  operator: Condition['operator'],
  operands: Condition['operands'],
): Condition {
  return { on: 'claim', name, path: readClaimPath(name) ?? name, operator, operands, binds: false };
}

/** A statement that stands in no file: whether some token meets it is what is asked. */
export function createProbe(id: string, issuer: string, conditions: readonly Condition[]): Statement {
  return { id, effect: 'trust', issuer, conditions, scopes: undefined, until: undefined, flat: false };
}
