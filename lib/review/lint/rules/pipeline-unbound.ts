import { findEntry } from '../../../language/tree.ts';
import { findSlots } from '../../../policy/template.ts';
import { isBinding, type Linted, type LintedStatement, listScalarTrees } from '../linted.ts';
import type { LintRule } from '../rule.ts';

/** Claims that say nothing of who asks, where nothing else is known of an issuer. */
const OF_ALL = ['iss', 'aud', 'exp', 'nbf', 'iat', 'jti'];

function isRunClaim(runs: readonly string[], claim: string): boolean {
  return runs.some(each => each === claim || (each.endsWith('_') && claim.startsWith(each)));
}

/**
 * Wildcards alone where the name should stand: `acme/*`, `acme/?*`, `github.com/acme/*` and `*@acme.example` leave all
 * that the owner has.
 */
function isWholeOwner(operand: unknown): boolean {
  return /^[^*?]*\/[*?]+$|^[*?]+$|^[*?]+@/.test(String(operand));
}

/** `system:serviceaccount:*`: every account of the cluster. */
function isWholeCluster(operand: unknown): boolean {
  return /^system:(serviceaccount:)?[*?]/.test(String(operand));
}

function isPipelineBound(linted: LintedStatement): boolean {
  const {
    conditions,
    known: { runs, openSub },
  } = linted;
  return conditions.some(each => {
    const { name, operands } = each;
    if (!isBinding(each)) return false;
    if (runs.length === 0) return !OF_ALL.includes(name) && !operands.some(isWholeCluster);
    if (!isRunClaim(runs, name)) return false;
    return !operands.some(operand =>
      name === 'sub' ? openSub?.test(String(operand)) : isWholeOwner(operand),
    );
  });
}

/** Repositories of GitHub that are filled in from what runs: each caller gets its own, so that none need be named. */
function isOwnRepositoryGiven(linted: Linted, lintedStatement: LintedStatement): boolean {
  const {
    known: { runs },
  } = lintedStatement;
  if (linted.role?.template.kind !== 'github') return false;
  const github = findEntry(linted.tree, 'github')?.value;
  const repositories = listScalarTrees(github && findEntry(github, 'repositories')?.value);
  return repositories.every(({ value }) =>
    findSlots(String(value)).some(({ name = '' }) => isRunClaim(runs, name)),
  );
}

/** Whoever may start anything at all in the organization has the role. */
export const pipelineUnbound: LintRule = {
  rule: 'pipeline-unbound',
  level: 'warning',
  says: 'A trust statement admits every pipeline, repository or project of its tenant.',
  check: linted =>
    linted.trust
      .filter(each => !isPipelineBound(each) && !isOwnRepositoryGiven(linted, each))
      .map(({ statement: { id }, known: { unit, runs }, tree: { place } }) => ({
        place,
        message:
          runs.length === 0
            ? `${id} admits everybody who has a token of this issuer. Bind sub, or what else names who asks.`
            : `${id} admits every ${unit} of the tenant, the next one too. Bind ${runs.slice(0, 2).join(' or ')}.`,
      })),
};
