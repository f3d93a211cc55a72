import type { Claims } from '../../policy/claims.ts';
import { COMMIT, type JobFamily } from './family.ts';

/**
 * Writes what `sub` says of the job behind its repository: the environment before all else, then a pull request, then
 * the ref.
 */
function formatContext(claims: Claims): string {
  if (claims['environment'] !== undefined) return `environment:${escapeColon(claims['environment'])}`;
  return claims['event_name'] === 'pull_request' ? 'pull_request' : `ref:${escapeColon(claims['ref'])}`;
}

/** A colon of a value would read as one of `sub`, so GitHub escapes it. */
function escapeColon(value: unknown): string {
  return String(value).replaceAll(':', '%3A');
}

/** Repositories made since July 2026 have their ids in `sub`, beside the names that can change hands. */
function formatSubject(claims: Claims): string {
  const [owner = '', name = ''] = String(claims['repository']).split('/');
  const ids = `${escapeColon(owner)}@${claims['repository_owner_id']}/${escapeColon(name)}@${claims['repository_id']}`;
  return `repo:${ids}:${formatContext(claims)}`;
}

/** https://docs.github.com/actions/reference/security/oidc: every value is a string. */
export const github: JobFamily = {
  preset: 'github-actions',
  usual: {
    repository: 'my-organization/my-repository',
    repository_id: '74',
    repository_owner_id: '65',
    repository_visibility: 'private',
    actor: 'octocat',
    actor_id: '12',
    workflow: 'ci',
    head_ref: '',
    base_ref: '',
    ref: 'refs/heads/main',
    ref_type: 'branch',
    ref_protected: 'true',
    sha: COMMIT,
    event_name: 'push',
    run_id: '1',
    run_number: '1',
    run_attempt: '1',
    runner_environment: 'github-hosted',
  },
  scenarios: {
    branch: { ref: 'refs/heads/feature/login', ref_protected: 'false' },
    tag: { ref: 'refs/tags/v1.0.0', ref_type: 'tag', ref_protected: 'false' },
    pull_request: {
      ref: 'refs/pull/7/merge',
      ref_protected: 'false',
      event_name: 'pull_request',
      head_ref: 'feature/login',
      base_ref: 'main',
    },
    pull_request_target: { event_name: 'pull_request_target', head_ref: 'feature/login', base_ref: 'main' },
    workflow_dispatch: { event_name: 'workflow_dispatch' },
    schedule: { event_name: 'schedule' },
    environment: { environment: 'production' },
  },
  follows: claims => {
    const workflow = `${claims['repository']}/.github/workflows/ci.yml@${claims['ref']}`;
    return {
      sub: formatSubject(claims),
      repository_owner: String(claims['repository']).split('/')[0] ?? '',
      workflow_ref: workflow,
      workflow_sha: claims['sha'] ?? COMMIT,
      job_workflow_ref: workflow,
      job_workflow_sha: claims['sha'] ?? COMMIT,
    };
  },
};
