import { findEntry } from '../../../language/tree.ts';
import type { LintedStatement } from '../linted.ts';
import type { LintMatch, LintRule } from '../rule.ts';

function findEndedStatement(linted: LintedStatement, now: number): LintMatch[] {
  const {
    statement: { id, effect, until },
    tree,
  } = linted;
  if (until === undefined || until > now) return [];
  const what = effect === 'trust' ? 'It admits nobody any more' : 'It denies nobody any more';
  return [
    {
      place: findEntry(tree, 'until')?.value.place ?? tree.place,
      message: `${id} has ended. ${what}. Remove it, or say a later time.`,
    },
  ];
}

/** A statement that has ended is as if it were not there, and is still read as if it were. */
export const untilPassed: LintRule = {
  rule: 'until-passed',
  level: 'warning',
  says: 'A statement has an until in the past, and is as if it were not there.',
  check: ({ trust, deny }, { now }) => [...trust, ...deny].flatMap(each => findEndedStatement(each, now)),
};
