import { ANY_NAME, type ClaimTest, createJobKinds } from './kind.ts';

const EVENTS =
  'https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows';
const SUBJECTS = 'https://docs.github.com/en/actions/reference/security/oidc';

/** `sub` of a job that names an environment says that alone of where it runs. */
function createBranchTests(event: string): readonly ClaimTest[] {
  return [
    ['event_name', 'equals', event],
    ['ref', 'matches', 'refs/heads/*'],
    ['ref_type', 'equals', 'branch'],
    ['sub', 'matches', 'repo:*:ref:refs/heads/*', 'repo:*:environment:*', 'repo:*:pull_request'],
  ];
}

const ANY_REF = `refs/heads/${ANY_NAME}`;
const ANY_TAG = `refs/tags/${ANY_NAME}`;

export const github = createJobKinds(EVENTS, {
  push: {
    says: 'a push to a branch',
    how: 'Whoever may push to the branch.',
    tells: createBranchTests('push'),
  },
  'any-branch': {
    says: 'a push to any branch',
    danger: 'colleague',
    how: 'Whoever may push to the repository pushes a branch of their own, with a workflow that nobody reviewed.',
    tells: [
      ['ref', 'equals', ANY_REF],
      ['event_name', 'equals', 'push'],
      ['ref_type', 'equals', 'branch'],
      ['sub', 'matches', `repo:*:ref:${ANY_REF}`, 'repo:*:environment:*'],
    ],
  },
  tag: {
    says: 'a push of a tag',
    how: 'Whoever may push the tag.',
    tells: [
      ['event_name', 'in', 'push', 'create', 'release'],
      ['ref', 'matches', 'refs/tags/*'],
      ['ref_type', 'equals', 'tag'],
      ['sub', 'matches', 'repo:*:ref:refs/tags/*', 'repo:*:environment:*'],
    ],
  },
  'any-tag': {
    says: 'a push of any tag',
    danger: 'colleague',
    how: 'Whoever may push tags, on any commit.',
    tells: [
      ['ref', 'equals', ANY_TAG],
      ['event_name', 'in', 'push', 'create', 'release'],
      ['ref_type', 'equals', 'tag'],
      ['sub', 'matches', `repo:*:ref:${ANY_TAG}`, 'repo:*:environment:*'],
    ],
  },
  pull_request: {
    says: 'a pull request',
    danger: 'colleague',
    how: 'Whoever may push a branch opens one: workflow and code are those of the pull request. One of a fork gets a token where the repository sends write tokens to forks.',
    tells: [
      ['event_name', 'in', 'pull_request', 'pull_request_review', 'pull_request_review_comment'],
      ['ref', 'matches', 'refs/pull/*'],
      ['sub', 'matches', 'repo:*:pull_request', 'repo:*:ref:refs/pull/*', 'repo:*:environment:*'],
    ],
    source: SUBJECTS,
  },
  pull_request_target: {
    says: 'pull_request_target',
    danger: 'outsider',
    how: 'Anyone opens a pull request: the workflow of the base branch runs with its rights, and often checks out their code.',
    tells: createBranchTests('pull_request_target'),
  },
  issue_comment: {
    says: 'issue_comment',
    danger: 'outsider',
    how: 'Anyone who may comment on an issue or a pull request starts the workflow of the default branch with their text.',
    tells: createBranchTests('issue_comment'),
  },
  issues: {
    says: 'issues',
    danger: 'outsider',
    how: 'Anyone who may open an issue starts the workflow of the default branch with their text.',
    tells: createBranchTests('issues'),
  },
  workflow_run: {
    says: 'workflow_run',
    danger: 'outsider',
    how: 'Anyone whose pull request starts a workflow starts what follows it, on the default branch, with their artifacts.',
    tells: createBranchTests('workflow_run'),
  },
  merge_group: {
    says: 'a merge queue',
    danger: 'colleague',
    how: 'Whoever may put a pull request into the queue: its code runs before it is merged.',
    tells: [
      ['event_name', 'equals', 'merge_group'],
      ['ref', 'matches', 'refs/heads/gh-readonly-queue/*'],
      ['sub', 'matches', 'repo:*:ref:refs/heads/gh-readonly-queue/*', 'repo:*:environment:*'],
    ],
  },
  workflow_dispatch: {
    says: 'a run that somebody starts by hand',
    how: 'Whoever may write chooses a branch that has the workflow, and its inputs.',
    tells: createBranchTests('workflow_dispatch'),
  },
  repository_dispatch: {
    says: 'a run that is started by the API',
    how: 'Whoever may write starts the workflow of the default branch, with a payload.',
    tells: createBranchTests('repository_dispatch'),
  },
  schedule: {
    says: 'a schedule',
    how: 'The workflow of the default branch says when.',
    tells: createBranchTests('schedule'),
  },
});
