import { findClaimPlace, type Linted, type LintedStatement } from '../linted.ts';
import { isDemanded, isOftenMissing } from '../missing.ts';
import type { LintMatch, LintRule } from '../rule.ts';

function findStruckJobs(denying: LintedStatement, linted: Linted): LintMatch[] {
  const { statement, row, tree } = denying;
  const nullable = (name: string): boolean => row.nullable.includes(name);
  return statement.conditions
    .filter(({ on, name, operator, operands }) => {
      if (on !== 'claim' || !isOftenMissing(denying, name)) return false;
      // Absent is read as null for these, and null differs from a text.
      return !(
        nullable(name) &&
        (operator === 'equals' || operator === 'in' || operator === 'matches') &&
        !operands.includes(null)
      );
    })
    .flatMap(({ name }) => {
      const struck = linted.trust.find(
        each => each.statement.issuer === statement.issuer && !isDemanded(each, name),
      );
      if (struck === undefined) return [];
      const message = `${statement.id} also denies every job of ${struck.statement.id} that has no ${name} at all: an absent claim does not switch a deny off. Demand ${name} in ${struck.statement.id}, or say there which values it may have.`;
      return [{ place: findClaimPlace(tree, name), message }];
    });
}

/** The job chooses which claims its token has, so a deny strikes where one is absent; here that is most of them. */
export const denyStrikesAbsent: LintRule = {
  rule: 'deny-strikes-absent',
  level: 'warning',
  says: 'A deny statement is about a claim that many jobs lack, and denies all of those too.',
  check: linted => linted.deny.flatMap(each => findStruckJobs(each, linted)),
};
