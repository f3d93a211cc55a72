import { COMMIT, type JobFamily } from './family.ts';

function formatRef(branch: unknown, tag: unknown): string {
  return typeof tag === 'string' ? `refs/tags/${tag}` : `refs/heads/${branch}`;
}

/**
 * https://buildkite.com/docs/agent/cli/reference/oidc, and a real token where the two disagree: `build_tag` and
 * `step_key` are there as null. A build of a pushed tag has the tag's name for its branch. A pull request of a fork
 * is told by its branch alone, and only where "Prefix third-party fork branch names" is on.
 */
export const buildkite: JobFamily = {
  preset: 'buildkite',
  usual: {
    organization_slug: 'my-organization',
    pipeline_slug: 'my-pipeline',
    build_number: 1,
    build_branch: 'main',
    build_tag: null,
    build_commit: COMMIT,
    step_key: null,
    job_id: '0184990a-477b-4fa8-9968-496074483cee',
    agent_id: '0184990a-4782-42b5-afc1-16715b10b8ff',
    build_source: 'webhook',
    runner_environment: 'self-hosted',
  },
  scenarios: {
    branch: { build_branch: 'feature/login' },
    'fork-pull-request': { build_branch: 'some-user:main' },
    tag: { build_branch: 'v1.0.0', build_tag: 'v1.0.0' },
    'tag-named-main': { build_branch: 'main', build_tag: 'main' },
    manual: { build_source: 'ui' },
    api: { build_source: 'api' },
    schedule: { build_source: 'schedule' },
    trigger: { build_source: 'trigger_job' },
  },
  follows: claims => ({
    sub: `organization:${claims['organization_slug']}:pipeline:${claims['pipeline_slug']}:ref:${formatRef(claims['build_branch'], claims['build_tag'])}:commit:${claims['build_commit']}:step:${claims['step_key'] ?? ''}`,
  }),
};
