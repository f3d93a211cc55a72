import { listClaimTypes, type Preset, REGISTERED, TIMES } from './preset.ts';

/** https://docs.gitlab.com/ci/secrets/id_token_authentication: `ref_protected` is the text "true". */
export const gitlab: Preset = {
  issuer: 'https://gitlab.com',
  customer: undefined,
  owns: /^https:\/\/gitlab\.com(\/|$)/i,
  jwks: issuer => `${issuer}/oauth/discovery/keys`,
  algorithms: ['RS256'],
  maxTokenLifetime: 3600,
  shorterToken: "GitLab's tokens live as long as their job may run: lower the timeout of the job.",
  binding: [{ anyOf: ['namespace_id', 'namespace_path', 'project_id', 'project_path'], ownerPrefix: [] }],
  vocabulary: {
    claims: listClaimTypes({
      string: `${REGISTERED} ci_config_ref_uri ci_config_sha deployment_tier environment environment_protected environment_action namespace_id namespace_path pipeline_id pipeline_source project_id project_path project_visibility ref ref_path ref_protected ref_type runner_environment sha job_id job_namespace_id job_namespace_path job_project_id job_project_path job_source user_access_level user_email user_id user_login`,
      'string|null': 'job_policy_ref_uri job_policy_ref_sha',
      number: `${TIMES} runner_id`,
      array: 'groups_direct user_identities',
    }),
    prefixes: {},
  },
  nullable: [],
  onRequest: undefined,
  session: { group: 'project_path', run: 'pipeline_id', job: 'job_id' },
  pipelineId: 'project_id',
  labels: {
    organization: 'namespace_path',
    organizationId: 'namespace_id',
    pipeline: 'project_path',
    build: 'pipeline_id',
    branch: 'ref',
    commit: 'sha',
    job: 'job_id',
    link: 'https://gitlab.com/{project_path}/-/jobs/{job_id}',
  },
};
