import type { Claims } from '../../policy/claims.ts';
import { COMMIT, type JobFamily } from './family.ts';

function formatRefPath(claims: Claims): string {
  return `refs/${claims['ref_type'] === 'tag' ? 'tags' : 'heads'}/${claims['ref']}`;
}

/** https://docs.gitlab.com/ci/secrets/id_token_authentication: `ref_protected` is the text "true". */
export const gitlab: JobFamily = {
  preset: 'gitlab',
  usual: {
    project_id: '22',
    project_path: 'my-group/my-project',
    namespace_id: '72',
    project_visibility: 'private',
    user_id: '1',
    user_login: 'sample-user',
    user_email: 'sample-user@example.com',
    user_access_level: 'developer',
    pipeline_id: '574',
    pipeline_source: 'push',
    job_id: '302',
    ref: 'main',
    ref_type: 'branch',
    ref_protected: 'true',
    runner_id: 1,
    runner_environment: 'gitlab-hosted',
    sha: COMMIT,
  },
  scenarios: {
    branch: { ref: 'feature/login', ref_protected: 'false' },
    merge_request: {
      ref: 'feature/login',
      ref_protected: 'false',
      pipeline_source: 'merge_request_event',
    },
    tag: { ref: 'v1.0.0', ref_type: 'tag' },
    manual: { pipeline_source: 'web' },
    api: { pipeline_source: 'api' },
    schedule: { pipeline_source: 'schedule' },
    environment: {
      environment: 'production',
      environment_protected: 'true',
      deployment_tier: 'production',
    },
  },
  follows: claims => ({
    sub: `project_path:${claims['project_path']}:ref_type:${claims['ref_type']}:ref:${claims['ref']}`,
    namespace_path: String(claims['project_path']).split('/').slice(0, -1).join('/'),
    ref_path: formatRefPath(claims),
    ci_config_ref_uri: `gitlab.com/${claims['project_path']}//.gitlab-ci.yml@${formatRefPath(claims)}`,
    ci_config_sha: claims['sha'] ?? COMMIT,
  }),
};
