import type { CheckedCondition } from './condition.ts';
import type { DemandCheck } from './demand.ts';
import type { Effect } from './statement.ts';

/** Why a statement was not tried. */
export type SkipReason = 'issuer_differs' | 'until_passed' | 'until_too_near';

export type StatementTrace = {
  readonly id: string;
  readonly effect: Effect;
  readonly skipped: SkipReason | undefined;
  readonly conditions: readonly CheckedCondition[];
  /** A trust statement that holds, or a deny statement that strikes. */
  readonly applies: boolean;
};

/** Everything that was looked at, in order: what `explain` renders and audit records. */
export type Trace = {
  readonly audience: { readonly expected: string; readonly actual: string };
  readonly statements: readonly StatementTrace[];
  /** The role's demands of the job, once all else is allowed; left out where there are none. */
  readonly demands?: readonly DemandCheck[];
};

function countUnmet(trace: StatementTrace): number {
  return trace.conditions.filter(({ truth }) => truth !== 'true').length;
}

function findLeastUnmet(statements: readonly StatementTrace[]): StatementTrace | undefined {
  return statements.reduce<StatementTrace | undefined>(
    (best, each) => (best && countUnmet(best) <= countUnmet(each) ? best : each),
    undefined,
  );
}

function listTried(traced: Trace): StatementTrace[] {
  return traced.statements.filter(({ effect, skipped: skip }) => effect === 'trust' && skip === undefined);
}

/** The trust statement with the fewest conditions that are not true, the first of equals. */
export function findNearestStatement(traced: Trace): StatementTrace | undefined {
  return findLeastUnmet(listTried(traced));
}

/**
 * The nearest trust statement whose issuer and binding conditions hold: the role *knows* this caller, and
 * may tell it what stood in the way. Undefined for strangers.
 */
export function findKnowingStatement(traced: Trace): StatementTrace | undefined {
  return findLeastUnmet(
    listTried(traced).filter(({ conditions }) =>
      conditions.every(({ condition, truth }) => !condition.binds || truth === 'true'),
    ),
  );
}
