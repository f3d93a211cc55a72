import { expect, test } from 'vitest';
import { workflowAtAnyRef } from '../../../../lib/review/lint/rules/workflow-at-any-ref.ts';
import { foundInRole, trusting } from '../../../harness/lint.ts';
import { GITHUB } from '../../../harness/policy.ts';

const PATH = 'acme/ci/.github/workflows/deploy.yml';
function calling(rule: string, more = ''): string {
  return trusting(`repository_owner: acme, job_workflow_ref: ${rule}${more}`, { iss: GITHUB });
}

test.each([
  ['any ref', calling(`{ matches: "${PATH}@*" }`)],
  ['any branch', calling(`{ matches: "${PATH}@refs/heads/*" }`)],
  ['any branch or tag', calling(`{ matches: "${PATH}@refs/*" }`)],
  ['any workflow of a repository', calling('{ matches: "acme/ci/*" }')],
  ['another owner', calling(`evil/ci/.github/workflows/deploy.yml@refs/heads/main`)],
  [
    'any ref beside a repository',
    trusting(`repository: acme/web, job_workflow_ref: { matches: "${PATH}@*" }`, { iss: GITHUB }),
  ],
])('P13: finds a reusable workflow at %s', (_name, role) => {
  expect(foundInRole(workflowAtAnyRef, role)).toHaveLength(1);
});

test.each([
  ['at a branch', calling(`"${PATH}@refs/heads/main"`)],
  ['at tags', calling(`{ matches: "${PATH}@refs/tags/v*" }`)],
  ['at branches of a folder', calling(`{ matches: "${PATH}@refs/heads/release/*" }`)],
  ['at a commit', calling(`{ matches: "${PATH}@*" }`, `, job_workflow_sha: ${'a1'.repeat(20)}`)],
  ['of the same owner in another case', calling(`"ACME/ci/.github/workflows/deploy.yml@refs/heads/main"`)],
  [
    'of whom nothing is bound by name',
    trusting(`repository_owner_id: "65", job_workflow_ref: ${PATH}@refs/heads/main`, { iss: GITHUB }),
  ],
])('P13: leaves one %s alone', (_name, role) => {
  expect(foundInRole(workflowAtAnyRef, role)).toEqual([]);
});
