import type { CheckedCondition, Condition } from '../../policy/condition.ts';
import type { Effect, Statement } from '../../policy/statement.ts';
import type { StatementTrace } from '../../policy/trace.ts';
import type { TrustPolicy } from '../../policy/trust.ts';
import type { GuardRows, Trial } from './trial.ts';

/** A statement that no case shows at work, or one of its conditions that is in no case the one that decides. */
export type Uncovered = {
  readonly statement: Statement;
  /** Undefined: the whole statement never applies. */
  readonly condition: Condition | undefined;
};

/**
 * Whether a condition takes its statement's effect away: anything but true does so to a trust, only false to a deny.
 */
const FAILS: { readonly [effect in Effect]: (checked: CheckedCondition) => boolean } = {
  trust: ({ truth }) => truth !== 'true',
  deny: ({ truth }) => truth === 'false',
};

/** Is this condition alone in the way? Others on the same claim cannot be told apart from it by every value. */
function isDecisive(trace: StatementTrace, condition: Condition): boolean {
  const failing = trace.conditions.filter(FAILS[trace.effect]);
  return (
    failing.some(each => each.condition === condition) &&
    failing.every(each => each.condition.name === condition.name)
  );
}

function isSameCondition(a: Condition, b: Condition): boolean {
  return (
    a.name === b.name &&
    a.operator === b.operator &&
    JSON.stringify(a.operands) === JSON.stringify(b.operands)
  );
}

/**
 * Every statement that no case shows applying, and every condition that is in no case alone in its way. What the
 * guard demands in the same words is its matter: no token comes past it that does not meet it.
 */
export function findUncovered(
  trustPolicy: TrustPolicy,
  trials: readonly Trial[],
  rows: GuardRows,
): Uncovered[] {
  const traced = trials.flatMap(({ trace }) => trace.statements.filter(({ skipped }) => !skipped));
  return [...trustPolicy.trust, ...trustPolicy.deny].flatMap((statement): Uncovered[] => {
    const own = traced.filter(({ id }) => id === statement.id);
    const guard = rows.get(statement.issuer)?.require ?? [];
    const idle = statement.conditions.filter(
      each =>
        !guard.some(demand => isSameCondition(demand, each)) && !own.some(trace => isDecisive(trace, each)),
    );
    return [
      ...(own.some(({ applies }) => applies) ? [] : [{ statement, condition: undefined }]),
      ...idle.map(condition => ({ statement, condition })),
    ];
  });
}
