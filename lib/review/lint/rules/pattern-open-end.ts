import type { Condition } from '../../../policy/condition.ts';
import { readLiteralPrefix } from '../../../policy/glob.ts';
import type { ClaimKnowledge } from '../known.ts';
import { type LintedStatement, listOperandTrees } from '../linted.ts';
import type { LintMatch, LintRule } from '../rule.ts';

/** Part of a name, and not its end: what stands before a wildcard must not end with one of these. */
const WITHIN = /[\p{L}\p{N}]$/u;

/** A name that anybody may take ends at its slash alone: whoever may be acme-web may be acme-evil. */
function isDelimited(prefix: string, claim: string, knowledge: ClaimKnowledge): boolean {
  if (knowledge.free.includes(claim) || (knowledge.paths.includes(claim) && !prefix.includes('/')))
    return prefix.endsWith('/');
  return prefix !== '' && !WITHIN.test(prefix);
}

/** Tags have versions, which end nowhere, and who may push one is not told by its name. */
const TAGS = 'refs/tags/';

/** Of a branch the name alone counts: anybody who may push begins one as they like. */
function hasOpenBranch(pattern: string): boolean {
  const name = pattern.replace(/^refs\/(heads\/)?/, '');
  return !pattern.startsWith(TAGS) && (/^[*?]/.test(name) || WITHIN.test(readLiteralPrefix(name)));
}

function hasOpenEnd(pattern: string, claim: string, known: ClaimKnowledge): boolean {
  const prefix = readLiteralPrefix(pattern);
  // Wildcards alone bind nothing at all, which other rules tell.
  if (prefix === pattern || /^(refs\/(heads\/)?)?[*?]+$/.test(pattern)) return false;
  if (prefix.includes(`@${TAGS}`)) return false;
  return known.refs.includes(claim) ? hasOpenBranch(pattern) : !isDelimited(prefix, claim, known);
}

function isOfTags(condition: Condition): boolean {
  return condition.name === 'ref_type' && condition.operands.every(each => each === 'tag');
}

/** A name that nobody meant, and that the pattern admits. */
function inventStranger(pattern: string): string {
  return pattern
    .replace('*', WITHIN.test(readLiteralPrefix(pattern)) ? '-evil' : 'evil')
    .replaceAll('*', '')
    .replaceAll('?', 'x');
}

function findOpenEnds(linted: LintedStatement): LintMatch[] {
  const { statement, tree, known } = linted;
  const refs = statement.conditions.some(isOfTags) ? [] : known.refs;
  const names = [...known.named, ...known.free, ...refs];
  return statement.conditions
    .filter(({ operator, name }) => operator === 'matches' && names.includes(name))
    .flatMap(condition =>
      listOperandTrees(tree, condition)
        .filter(({ value }) => hasOpenEnd(String(value), condition.name, known))
        .map(({ value, place }) => ({
          place,
          message: `"${value}" also admits "${inventStranger(String(value))}". Let a delimiter stand before the wildcard, or list the names with in.`,
        })),
    );
}

/** Whoever may choose a name may choose one that only begins like yours. */
export const patternOpenEnd: LintRule = {
  rule: 'pattern-open-end',
  level: 'warning',
  says: 'What stands before a wildcard on a name does not end at a delimiter.',
  check: ({ trust }) => trust.flatMap(findOpenEnds),
};
