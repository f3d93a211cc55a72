import { findClaimPlace } from '../linted.ts';
import type { LintRule } from '../rule.ts';

/** The form of `sub` depends on the event and, at Buildkite, on the job's own --subject-claim. */
export const ruleOnSub: LintRule = {
  rule: 'rule-on-sub',
  level: 'warning',
  says: 'A statement has a rule on sub, where each part of it has a claim of its own.',
  check: ({ trust, deny }) =>
    [...trust, ...deny]
      .filter(
        ({ known, statement }) => known.compoundSub && statement.conditions.some(each => each.name === 'sub'),
      )
      .map(({ tree, statement }) => ({
        place: findClaimPlace(tree, 'sub'),
        message: `sub is one text of many parts: its form is not always the same, and a part may hold the very character between them. Bind in ${statement.id} the claim of each part that matters.`,
      })),
};
