import type { Condition } from '../../../policy/condition.ts';
import { isBinding, type LintedStatement, listOperandTrees } from '../linted.ts';
import type { LintMatch, LintRule } from '../rule.ts';

const CALLED = 'job_workflow_ref';

/** After the `@`, does the pattern leave any branch? Where it has no `@`, a wildcard stands for it. */
function isAnyRefLeft(text: string): boolean {
  const [, ref = '*'] = /@(.*)$/s.exec(text) ?? [];
  return /^[*?]|^refs\/(heads\/)?[*?]/.test(ref);
}

function readWorkflowOwner(text: string): string {
  return text.split('/')[0] ?? '';
}

/** Owners that the statement binds, in small letters: GitHub tells one name by another's case. */
function listOwners(conditions: readonly Condition[]): string[] {
  return conditions
    .filter(each => ['repository', 'repository_owner'].includes(each.name) && isBinding(each))
    .flatMap(({ operands }) => operands.map(each => readWorkflowOwner(String(each)).toLowerCase()));
}

function explainWorkflow(text: string, isPattern: boolean, owners: readonly string[]): string | undefined {
  const owner = readWorkflowOwner(text).toLowerCase();
  if (owners.length > 0 && !/[*?]/.test(owner) && !owners.includes(owner))
    return `The workflow "${text}" is of ${owner}, and the statement of ${owners.join(', ')}: whoever may push there decides what runs. Name one of your own, or bind job_workflow_sha.`;
  return isPattern && isAnyRefLeft(text)
    ? `"${text}" trusts the workflow at any ref, also at a branch that somebody pushes to change it. Name the ref: @refs/heads/main, or a tag.`
    : undefined;
}

function findLooseWorkflows(linted: LintedStatement): LintMatch[] {
  const { statement, tree, conditions } = linted;
  // A commit cannot be changed, whoever may push.
  if (conditions.some(each => each.name === 'job_workflow_sha' && isBinding(each))) return [];
  const owners = listOwners(conditions);
  return statement.conditions
    .filter(each => each.name === CALLED && isBinding(each))
    .flatMap(condition =>
      listOperandTrees(tree, condition).flatMap(({ value, place }) => {
        const message = explainWorkflow(String(value), condition.operator === 'matches', owners);
        return message === undefined ? [] : [{ place, message }];
      }),
    );
}

/** https://docs.github.com/actions/how-tos/secure-your-work/security-harden-deployments/oidc-with-reusable-workflows */
export const workflowAtAnyRef: LintRule = {
  rule: 'workflow-at-any-ref',
  level: 'warning',
  says: 'A reusable workflow is trusted at any ref, or is of another owner.',
  check: ({ trust }) => trust.flatMap(findLooseWorkflows),
};
