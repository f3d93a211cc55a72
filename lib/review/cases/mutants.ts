import type { Condition, Operator } from '../../policy/condition.ts';
import { readLiteralPrefix } from '../../policy/glob.ts';
import type { Effect, Statement } from '../../policy/statement.ts';
import type { TrustPolicy } from '../../policy/trust.ts';

/** A policy with one thing taken from it: a case should notice. */
export type Mutant<P extends TrustPolicy> = {
  /** Names the statement, its condition and what was done; the same for as long as the policy says the same. */
  readonly id: string;
  readonly policy: P;
};

type MutantChange<T> = { readonly says: string; readonly into: T };

/** Without one of its operands, these let more in: as part of a trust, and of a deny. */
const LISTS: { readonly [effect in Effect]: readonly Operator[] } = {
  trust: ['not_in'],
  deny: ['in', 'matches', 'contains_any'],
};

function dropOperands(
  condition: Condition,
  effect: Effect,
  operator: Operator,
): MutantChange<Condition['operands']>[] {
  const { operands } = condition;
  return LISTS[effect].includes(operator) && operands.length > 1
    ? operands.map((each, at) => ({
        says: `without ${JSON.stringify(each)}`,
        into: operands.filter((_, index) => index !== at),
      }))
    : [];
}

/** `v*.*` as `v*`: what stands behind the first wildcard is what a pattern is most easily wrong in. */
function loosenPatterns(
  condition: Condition,
  effect: Effect,
  operator: Operator,
): MutantChange<Condition['operands']>[] {
  return effect === 'trust' && operator === 'matches'
    ? condition.operands.flatMap((each, at) => {
        const loose = `${readLiteralPrefix(String(each))}*`;
        const into = condition.operands.map((operand, index) => (index === at ? loose : operand));
        return loose === each || String(each) === readLiteralPrefix(String(each))
          ? []
          : [{ says: `with ${JSON.stringify(each)} loosened to "${loose}"`, into }];
      })
    : [];
}

function changeCondition(condition: Condition, effect: Effect): MutantChange<Condition | undefined>[] {
  const { name, operator } = condition;
  const changes = [
    ...dropOperands(condition, effect, operator),
    ...loosenPatterns(condition, effect, operator),
  ];
  return [
    { says: `${name} ${operator} dropped`, into: undefined },
    ...changes.map(({ says, into }) => ({
      says: `${name} ${operator} ${says}`,
      into: { ...condition, operands: into },
    })),
  ];
}

function changeConditions(statement: Statement): MutantChange<Statement['conditions']>[] {
  return statement.conditions.flatMap((condition, at) =>
    changeCondition(condition, statement.effect).map(({ says, into }) => ({
      says,
      into: statement.conditions.flatMap((each, index) => (index === at ? (into ?? []) : each)),
    })),
  );
}

function changeStatement(statement: Statement): MutantChange<Statement | undefined>[] {
  return [
    { says: 'statement dropped', into: undefined },
    ...(statement.until === undefined
      ? []
      : [{ says: 'until dropped', into: { ...statement, until: undefined } }]),
    ...changeConditions(statement).map(({ says, into }) => ({
      says,
      into: { ...statement, conditions: into },
    })),
  ];
}

/**
 * Each policy that is this one with one thing less: a statement, its `until`, a condition, an operand whose loss
 * lets more in, the end of a pattern. Compiled, so that what a file may not say can be tried too.
 */
export function createMutants<P extends TrustPolicy>(policy: P): Mutant<P>[] {
  return (['trust', 'deny'] as const).flatMap(effect =>
    policy[effect].flatMap((statement, at) =>
      changeStatement(statement).map(({ says, into }) => ({
        id: `${statement.id}: ${says}`,
        policy: {
          ...policy,
          [effect]: policy[effect].flatMap((each, index) => (index === at ? (into ?? []) : each)),
        },
      })),
    ),
  );
}
