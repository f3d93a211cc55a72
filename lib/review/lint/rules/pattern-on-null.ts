import { type LintedStatement, listOperandTrees } from '../linted.ts';
import type { LintMatch, LintRule } from '../rule.ts';

function findNullPatterns(linted: LintedStatement): LintMatch[] {
  const {
    statement: { conditions },
    tree,
    row: { nullable },
  } = linted;
  return conditions
    .filter(
      ({ operator, name }) =>
        operator === 'matches' &&
        nullable.includes(name) &&
        // Whoever says anything else of the claim has thought of null.
        conditions.filter(each => each.name === name).length === 1,
    )
    .flatMap(condition =>
      listOperandTrees(tree, condition)
        .slice(0, 1)
        .map(({ place }) => ({
          place,
          message: `${condition.name} may be null. Here null matches no pattern, but a registry of Buildkite passes over the rule and lets it in. Say not_equals: null beside it where both may read this.`,
        })),
    );
}

/** https://buildkite.com/docs/package-registries/security/oidc: matches "is ignored" for what is no text. */
export const patternOnNull: LintRule = {
  rule: 'pattern-on-null',
  level: 'note',
  says: 'A pattern stands on a claim that may be null, which other readers of the format let in.',
  check: ({ trust }) => trust.flatMap(findNullPatterns),
};
