import { type LintedStatement, narrows } from '../linted.ts';
import type { LintRule } from '../rule.ts';

const named = (runs: readonly string[], claim: string): boolean =>
  runs.some(each => each === claim || (each.endsWith('_') && claim.startsWith(each)));

/** `owner/*` leaves all that the owner has. */
const wholeOwner = (operand: unknown): boolean => /^[^/*?]+\/\*$/.test(String(operand));

const bound = ({ conditions, known: { runs } }: LintedStatement): boolean =>
  conditions.some(each => narrows(each) && named(runs, each.name) && !each.operands.some(wholeOwner));

/** Whoever may start anything at all in the organization has the role. */
export const pipelineUnbound: LintRule = {
  rule: 'pipeline-unbound',
  level: 'warning',
  says: 'A trust statement admits every pipeline, repository or project of its tenant.',
  check: ({ trust }) =>
    trust
      .filter(each => each.known.runs.length > 0 && !bound(each))
      .map(({ statement: { id }, known: { unit, runs }, tree: { place } }) => ({
        place,
        message: `${id} admits every ${unit} of the tenant, the next one too. Bind ${runs.slice(0, 2).join(' or ')}.`,
      })),
};
