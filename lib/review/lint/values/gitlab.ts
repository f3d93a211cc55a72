import { BRANCH, createUnprefixed, DIGITS, FIXED, REF, REF_TYPE, SEGMENT, SHA, TRUTH } from './forms.ts';
import { createGrammar, createWordGrammar, type Grammar } from './grammar.ts';

const GROUPS = createGrammar('the path of a group', [`[A-Za-z\\d_.][A-Za-z\\d_./-]*`], FIXED);
const PROJECT = createGrammar('group/project', [`${SEGMENT}+/[A-Za-z\\d_./-]*${SEGMENT}`], FIXED);

const SOURCES =
  'api chat container_registry_push external external_pull_request_event merge_request_event ondemand_dast_scan ondemand_dast_validation parent_pipeline pipeline pipeline_execution_policy_forced_run push schedule security_orchestration_policy trigger unknown web webide'.split(
    ' ',
  );

/** https://docs.gitlab.com/ci/secrets/id_token_authentication */
export const gitlabValues: { readonly [claim: string]: readonly Grammar[] } = {
  ref: [BRANCH, createUnprefixed('refs/(heads|tags)/')],
  ref_path: [REF],
  ref_type: [REF_TYPE],
  ref_protected: [TRUTH],
  environment_protected: [TRUTH],
  deployment_tier: [createWordGrammar(['production', 'staging', 'testing', 'development', 'other'])],
  environment_action: [createWordGrammar(['start', 'prepare', 'stop', 'verify', 'access'])],
  pipeline_source: [createWordGrammar(SOURCES)],
  project_visibility: [createWordGrammar(['public', 'private', 'internal'])],
  runner_environment: [createWordGrammar(['gitlab-hosted', 'self-hosted'])],
  user_access_level: [
    createWordGrammar(['guest', 'planner', 'reporter', 'developer', 'maintainer', 'owner']),
  ],
  namespace_path: [GROUPS],
  job_namespace_path: [GROUPS],
  project_path: [PROJECT],
  job_project_path: [PROJECT],
  user_login: [createGrammar('a login', [`${SEGMENT}+`])],
  namespace_id: [DIGITS],
  job_namespace_id: [DIGITS],
  project_id: [DIGITS],
  job_project_id: [DIGITS],
  pipeline_id: [DIGITS],
  job_id: [DIGITS],
  user_id: [DIGITS],
  sha: [SHA],
  ci_config_sha: [SHA],
};
