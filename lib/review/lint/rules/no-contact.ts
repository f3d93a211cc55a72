import type { LintRule } from '../rule.ts';

/** Denied callers whom the role knows are told it. */
export const noContact: LintRule = {
  rule: 'no-contact',
  level: 'note',
  says: 'Whoever is denied is not told whom to ask.',
  check: ({ contact, tree: { place } }) =>
    contact === undefined
      ? [{ place, message: 'Whoever is denied here is not told whom to ask. Say contact.' }]
      : [],
};
