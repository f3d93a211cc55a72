import { findEntry } from '../../../language/tree.ts';
import { findSlots } from '../../../policy/template.ts';
import { type Linted, listScalarTrees } from '../linted.ts';
import type { LintMatch, LintRule } from '../rule.ts';

/** The first statement in which nothing but a pattern binds the claim. */
function findLooseStatement(linted: Linted, claim: string): string | undefined {
  return linted.trust.find(({ statement: { conditions } }) => {
    const operators = conditions.filter(({ name }) => name === claim).map(({ operator }) => operator);
    return operators.includes('matches') && !operators.includes('equals') && !operators.includes('in');
  })?.statement.id;
}

function findLooseSlots(linted: Linted): LintMatch[] {
  const aws = findEntry(linted.tree, 'aws')?.value;
  return listScalarTrees(aws && findEntry(aws, 'policy')?.value).flatMap(({ value, place }) =>
    findSlots(String(value)).flatMap(({ name = '' }) => {
      const id = findLooseStatement(linted, name);
      if (id === undefined) return [];
      const message = `In ${id} a pattern alone binds ${name}, so whoever chooses its value chooses the resource. List the values with in.`;
      return [{ place, message }];
    }),
  );
}

/** A branch may be called as anyone with a clone likes, within the pattern. */
export const templateByPattern: LintRule = {
  rule: 'template-by-pattern',
  level: 'warning',
  says: 'A session policy is filled in from a claim that only a pattern binds.',
  check: findLooseSlots,
};
