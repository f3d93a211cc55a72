import { createPlainJob } from '../../jobs/scenarios.ts';
import { findRequestFlag, findVocabularyTypes } from '../../policy/issuer.ts';
import type { LintedStatement } from './linted.ts';

/** Does the statement hold only where the claim is there, and is not null? */
export function isDemanded(linted: LintedStatement, claim: string): boolean {
  return linted.conditions.some(({ name, operator, operands }) => {
    const isExcluding = operator === 'not_equals' || operator === 'not_in';
    return name === claim && operands.includes(null) === isExcluding;
  });
}

/** Has the issuer jobs whose token lacks the claim, or has null there? Where nothing is known, no. */
export function isOftenMissing(linted: LintedStatement, claim: string): boolean {
  const { row } = linted;
  const types = row.vocabulary && findVocabularyTypes(row.vocabulary, claim);
  if (types === undefined || row.preset === undefined || findRequestFlag(claim, row) !== undefined)
    return false;
  const usual = createPlainJob(row.preset);
  if (Object.keys(usual).length === 0 || Object.hasOwn(row.vocabulary?.prefixes ?? {}, claim)) return false;
  const always = Object.hasOwn(usual, claim) || ['iss', 'aud', 'jti', 'exp', 'nbf', 'iat'].includes(claim);
  return !always || usual[claim] === null;
}
