import type { Checked } from './condition.ts';
import type { DemandCheck } from './demand.ts';
import type { Effect } from './statement.ts';

/** Why a statement was not tried. */
export type Skipped = 'issuer_differs' | 'until_passed' | 'until_too_near';

export type StatementTrace = {
  readonly id: string;
  readonly effect: Effect;
  readonly skipped: Skipped | undefined;
  readonly conditions: readonly Checked[];
  /** A trust statement that holds, or a deny statement that strikes. */
  readonly applies: boolean;
};

/** Everything that was looked at, in order: what `explain` renders and audit records. */
export type Trace = {
  readonly audience: { readonly expected: string; readonly actual: string };
  readonly statements: readonly StatementTrace[];
  /** What the role demands of the job, once all else is allowed; left out where it demands nothing. */
  readonly demands?: readonly DemandCheck[];
};

function unmet({ conditions }: StatementTrace): number {
  return conditions.filter(({ truth }) => truth !== 'true').length;
}

function least(statements: readonly StatementTrace[]): StatementTrace | undefined {
  return statements.reduce<StatementTrace | undefined>(
    (best, each) => (best && unmet(best) <= unmet(each) ? best : each),
    undefined,
  );
}

function tried(traced: Trace): StatementTrace[] {
  return traced.statements.filter(({ effect, skipped: skip }) => effect === 'trust' && skip === undefined);
}

/** The trust statement with the fewest conditions that are not true, the first of equals. */
export function nearestStatement(traced: Trace): StatementTrace | undefined {
  return least(tried(traced));
}

/**
 * The nearest trust statement whose issuer and binding conditions hold: the role *knows* this caller, and
 * may tell it what stood in the way. Undefined for strangers.
 */
export function knowingStatement(traced: Trace): StatementTrace | undefined {
  return least(
    tried(traced).filter(({ conditions }) =>
      conditions.every(({ condition, truth }) => !condition.binds || truth === 'true'),
    ),
  );
}
