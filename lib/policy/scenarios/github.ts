import type { Claims } from '../claims.ts';
import { COMMIT, type Family } from './family.ts';

/** What `sub` says of the job behind its repository: the environment before all else, then a pull request, then the ref. */
const context = (claims: Claims): string => {
  if (claims['environment'] !== undefined) return `environment:${claims['environment']}`;
  return claims['event_name'] === 'pull_request' ? 'pull_request' : `ref:${claims['ref']}`;
};

/** https://docs.github.com/actions/reference/security/oidc: every value is a string. */
export const github: Family = {
  preset: 'github-actions',
  usual: {
    repository: 'my-organization/my-repository',
    ref: 'refs/heads/main',
    ref_type: 'branch',
    sha: COMMIT,
    event_name: 'push',
    run_id: '1',
    run_number: '1',
    run_attempt: '1',
    runner_environment: 'github-hosted',
  },
  scenarios: {
    branch: { ref: 'refs/heads/feature/login' },
    tag: { ref: 'refs/tags/v1.0.0', ref_type: 'tag' },
    pull_request: {
      ref: 'refs/pull/7/merge',
      event_name: 'pull_request',
      head_ref: 'feature/login',
      base_ref: 'main',
    },
    pull_request_target: { event_name: 'pull_request_target', head_ref: 'feature/login', base_ref: 'main' },
    workflow_dispatch: { event_name: 'workflow_dispatch' },
    schedule: { event_name: 'schedule' },
    environment: { environment: 'production' },
  },
  follows: claims => ({
    sub: `repo:${claims['repository']}:${context(claims)}`,
    repository_owner: String(claims['repository']).split('/')[0] ?? '',
  }),
};
