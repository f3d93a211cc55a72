import fc, { type Arbitrary } from 'fast-check';
import type { Claims } from '../../../../lib/policy/claims.ts';
import { claims } from '../../../harness/policy.ts';

/**
 * A job: what its token says, and every `sub` that the same job could have had, where the job chooses. The vendors fix
 * all else.
 */
export type Job = { readonly token: Claims; readonly subjects: readonly string[] };

const AUDIENCE = 'https://sts.test.example';

function job(iss: string, said: { readonly [claim: string]: unknown }, ...subjects: string[]): Job {
  return { token: claims({ iss, aud: AUDIENCE, ...said, sub: subjects[0] }), subjects };
}

const OWN = '01945ecf-80f0-41e8-9b83-a2970a9305a1';

/** Buildkite: `--subject-claim` is the job's choice, and a branch may hold colons. */
export const BUILDKITE_JOB: Arbitrary<Job> = fc
  .record({
    organization_slug: fc.constantFrom('acme', 'acme', 'acme', 'evil', 'acme-evil'),
    pipeline_slug: fc.constantFrom('web', 'web', 'api', 'web-evil'),
    build_branch: fc.constantFrom(
      'main',
      'main',
      'next',
      'release-1',
      'x:commit:main',
      'main:step:',
      'evil:main',
    ),
    build_tag: fc.constantFrom(null, null, 'v1', 'main'),
    step_key: fc.constantFrom(null, 'deploy', 'test'),
    build_source: fc.constantFrom('webhook', 'ui'),
    chosen: fc.boolean(),
  })
  .map(({ chosen, ...said }) => {
    const { organization_slug: org, pipeline_slug: pipeline, build_branch, build_tag, step_key } = said;
    const ref = build_tag === null ? `refs/heads/${build_branch}` : `refs/tags/${build_tag}`;
    const usual = `organization:${org}:pipeline:${pipeline}:ref:${ref}:commit:abc:step:${step_key ?? ''}`;
    const all = {
      ...said,
      build_commit: 'abc',
      build_number: 7,
      job_id: OWN,
      runner_environment: 'self-hosted',
    };
    return job('https://agent.buildkite.com', all, ...(chosen ? [OWN, usual] : [usual, OWN]));
  });

type Repository = {
  readonly name: string;
  readonly id: string;
  readonly owner: string;
  readonly ids: boolean;
};

/** Two of acme, of which one is of after 2026-07-15; who took an old name over; and others. */
const REPOSITORIES: readonly Repository[] = [
  { name: 'acme/web', owner: '65', id: '74', ids: false },
  { name: 'acme/new', owner: '65', id: '75', ids: true },
  { name: 'acme/web', owner: '99', id: '199', ids: true },
  { name: 'acme/new', owner: '99', id: '200', ids: true },
  { name: 'acme/web-evil', owner: '65', id: '76', ids: false },
  { name: 'evil/web', owner: '66', id: '77', ids: false },
];

const REFS = [
  'refs/heads/main',
  'refs/heads/main',
  'refs/heads/release-1',
  'refs/tags/v1',
  'refs/heads/maine',
  'refs/pull/1/merge',
];
const WORKFLOWS = [
  'acme/ci/.github/workflows/release.yaml',
  'acme/ci/.github/workflows/releaseXyaml',
  'acme/ci/Xgithub/workflows/release.yaml',
];

/** GitHub: a job has one `sub`. A job with an environment has it instead of a ref; a pull request of its own. */
export const GITHUB_JOB: Arbitrary<Job> = fc
  .record({
    repository: fc.constantFrom(...REPOSITORIES),
    ref: fc.constantFrom(...REFS, 'refs/heads/a$b'),
    environment: fc.constantFrom(undefined, undefined, undefined, 'prod', 'preview', 'a:b'),
    event_name: fc.constantFrom('push', 'push', 'workflow_dispatch', 'pull_request', 'pull_request_target'),
    job_workflow_ref: fc.constantFrom(
      ...WORKFLOWS.flatMap(each => [`${each}@refs/heads/main`, `${each}@refs/heads/x`]),
    ),
    actor: fc.constantFrom('octocat', 'dependabot[bot]'),
  })
  .map(({ repository: { name, id, owner: ownerId, ids }, ref, environment, event_name, ...said }) => {
    const [owner = '', short = ''] = name.split('/');
    const named = ids ? `repo:${owner}@${ownerId}/${short}@${id}` : `repo:${name}`;
    const pull = event_name === 'pull_request' ? 'pull_request' : `ref:${ref}`;
    const context = environment === undefined ? pull : `environment:${environment.replaceAll(':', '%3A')}`;
    const all = {
      repository: name,
      repository_id: id,
      repository_owner: owner,
      repository_owner_id: ownerId,
    };
    const rest = {
      ref,
      ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
      environment,
      event_name,
      ...said,
    };
    return job('https://token.actions.githubusercontent.com', { ...all, ...rest }, `${named}:${context}`);
  });

/** GitLab: the parts of `sub` are claims. */
export const GITLAB_JOB: Arbitrary<Job> = fc
  .record({
    project_path: fc.constantFrom('acme/web', 'acme/web', 'acme/web-evil', 'acme/sub/web', 'evil/web'),
    ref_type: fc.constantFrom('branch', 'branch', 'tag'),
    ref: fc.constantFrom('main', 'main', 'v1', 'feature/main'),
  })
  .map(said => {
    const { project_path, ref_type, ref } = said;
    const all = {
      ...said,
      namespace_path: project_path.slice(0, project_path.lastIndexOf('/')),
      ref_protected: 'true',
    };
    return job('https://gitlab.com', all, `project_path:${project_path}:ref_type:${ref_type}:ref:${ref}`);
  });

/** Google: `azp` is there for service accounts. */
export const GOOGLE_JOB: Arbitrary<Job> = fc
  .record({ sub: fc.constantFrom('1', '2'), azp: fc.constantFrom('1', '2', undefined) })
  .map(({ sub, azp }) =>
    job('https://accounts.google.com', { azp, email: 'ci@acme.example', email_verified: true }, sub),
  );
