import {
  BRANCH,
  createUnprefixed,
  DIGITS,
  FIXED,
  HEX,
  NAME,
  REF,
  REF_TYPE,
  SEGMENT,
  SHA,
  TRUTH,
} from './forms.ts';
import { createGrammar, createWordGrammar, type Grammar } from './grammar.ts';

/** Hyphens, and for accounts that a company manages an underscore before its short name. */
const OWNER = '[A-Za-z\\d_-]{1,64}';
const WORKFLOW = `${OWNER}/${SEGMENT}{1,100}/[^@]+@`;

/** https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows */
const EVENTS =
  'branch_protection_rule check_run check_suite create delete deployment deployment_status discussion discussion_comment dynamic fork gollum issue_comment issues label merge_group milestone page_build project project_card project_column public pull_request pull_request_review pull_request_review_comment pull_request_target push registry_package release repository_dispatch schedule status watch workflow_call workflow_dispatch workflow_run'.split(
    ' ',
  );

/** A workflow at a branch or tag is told by its whole ref; one that is called at a commit by that. */
const WORKFLOW_REF = createGrammar(
  'owner/repository/path@ref, where the ref begins with refs/ or is a whole commit',
  [`${WORKFLOW}refs/${NAME}+`, `${WORKFLOW}${HEX}{40}`],
  FIXED,
);

/** https://docs.github.com/actions/reference/security/oidc */
export const githubValues: { readonly [claim: string]: readonly Grammar[] } = {
  ref: [REF],
  base_ref: [BRANCH, createUnprefixed('refs/')],
  head_ref: [BRANCH, createUnprefixed('refs/')],
  ref_type: [REF_TYPE],
  ref_protected: [TRUTH],
  event_name: [createWordGrammar(EVENTS)],
  runner_environment: [createWordGrammar(['github-hosted', 'self-hosted'])],
  repository_visibility: [createWordGrammar(['public', 'private', 'internal'])],
  repository: [createGrammar('owner/repository', [`${OWNER}/${SEGMENT}{1,100}`], FIXED)],
  repository_owner: [createGrammar('the name of an owner', [OWNER], FIXED)],
  repository_id: [DIGITS],
  repository_owner_id: [DIGITS],
  enterprise_id: [DIGITS],
  actor: [createGrammar('a login', [OWNER, `${OWNER}\\[bot\\]`])],
  actor_id: [DIGITS],
  run_id: [DIGITS],
  run_number: [DIGITS],
  run_attempt: [DIGITS],
  check_run_id: [DIGITS],
  sha: [SHA],
  workflow_sha: [SHA],
  job_workflow_sha: [SHA],
  workflow_ref: [WORKFLOW_REF],
  job_workflow_ref: [WORKFLOW_REF],
};
