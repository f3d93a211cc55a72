import { literalPrefix } from '../../policy/glob.ts';
import type { Known } from '../known.ts';
import { type LintedStatement, operandTrees } from '../linted.ts';
import type { Found, LintRule } from '../rule.ts';

/** A name that anybody may take ends at its slash alone: whoever may be acme-web may be acme-evil. */
const delimiters = (claim: string, prefix: string, { free, paths }: Known): RegExp =>
  free.includes(claim) || (paths.includes(claim) && !prefix.includes('/')) ? /\/$/ : /[/:@._#-]$/;

const openEnd = (pattern: string, claim: string, known: Known): boolean => {
  const prefix = literalPrefix(pattern);
  // A lone * binds nothing at all, which pipeline-unbound tells.
  return prefix !== pattern && pattern !== '*' && !delimiters(claim, prefix, known).test(prefix);
};

/** A name that nobody meant, and that the pattern admits. */
const stranger = (pattern: string): string =>
  pattern
    .replace('*', /[A-Za-z0-9]$/.test(literalPrefix(pattern)) ? '-evil' : 'evil')
    .replaceAll('*', '')
    .replaceAll('?', 'x');

const foundIn = ({ statement, tree, known }: LintedStatement): Found[] =>
  statement.conditions
    .filter(({ operator, name }) => operator === 'matches' && [...known.named, ...known.free].includes(name))
    .flatMap(condition =>
      operandTrees(tree, condition)
        .filter(({ value }) => openEnd(String(value), condition.name, known))
        .map(({ value, place }) => ({
          place,
          message: `"${value}" also admits "${stranger(String(value))}". Let a delimiter stand before the wildcard, or list the names with in.`,
        })),
    );

/** Whoever may choose a name may choose one that only begins like yours. */
export const patternOpenEnd: LintRule = {
  rule: 'pattern-open-end',
  level: 'warning',
  says: 'What stands before a wildcard on a name does not end at a delimiter.',
  check: ({ trust }) => trust.flatMap(foundIn),
};
