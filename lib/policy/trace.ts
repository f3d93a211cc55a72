import type { Effect } from '../language/statement.ts';
import type { Checked } from './condition.ts';

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
};

const unmet = ({ conditions }: StatementTrace): number =>
  conditions.filter(({ truth }) => truth !== 'true').length;

const least = (statements: readonly StatementTrace[]): StatementTrace | undefined =>
  statements.reduce<StatementTrace | undefined>(
    (best, each) => (best && unmet(best) <= unmet(each) ? best : each),
    undefined,
  );

const tried = (traced: Trace): StatementTrace[] =>
  traced.statements.filter(({ effect, skipped: skip }) => effect === 'trust' && skip === undefined);

/** The trust statement with the fewest conditions that are not true, the first of equals. */
export const nearestStatement = (traced: Trace): StatementTrace | undefined => least(tried(traced));

/**
 * The nearest trust statement whose issuer and binding conditions hold: the role *knows* this caller, and
 * may tell it what stood in the way. Undefined for strangers.
 */
export const knowingStatement = (traced: Trace): StatementTrace | undefined =>
  least(
    tried(traced).filter(({ conditions }) =>
      conditions.every(({ condition, truth }) => !condition.binds || truth === 'true'),
    ),
  );
