import { ANY_NAME, type ClaimTest, type JobKind } from './kind.ts';

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

/** Events that anyone can cause and that run with the rights of the default branch. */
function createOutsiderKind(event: string, says: string, how: string): JobKind {
  return {
    name: event,
    says,
    danger: 'outsider',
    how,
    tells: createBranchTests(event),
    source: EVENTS,
  };
}

export const github: readonly JobKind[] = [
  {
    name: 'push',
    says: 'a push to a branch',
    danger: undefined,
    how: 'Whoever may push to the branch.',
    tells: createBranchTests('push'),
    source: EVENTS,
  },
  {
    name: 'any-branch',
    says: 'a push to any branch',
    danger: 'colleague',
    how: 'Whoever may push to the repository pushes a branch of their own, with a workflow that nobody reviewed.',
    tells: [
      ['ref', 'equals', ANY_REF],
      ['event_name', 'equals', 'push'],
      ['ref_type', 'equals', 'branch'],
      ['sub', 'matches', `repo:*:ref:${ANY_REF}`, 'repo:*:environment:*'],
    ],
    source: EVENTS,
  },
  {
    name: 'tag',
    says: 'a push of a tag',
    danger: undefined,
    how: 'Whoever may push the tag.',
    tells: [
      ['event_name', 'in', 'push', 'create', 'release'],
      ['ref', 'matches', 'refs/tags/*'],
      ['ref_type', 'equals', 'tag'],
      ['sub', 'matches', 'repo:*:ref:refs/tags/*', 'repo:*:environment:*'],
    ],
    source: EVENTS,
  },
  {
    name: 'any-tag',
    says: 'a push of any tag',
    danger: 'colleague',
    how: 'Whoever may push tags, on any commit.',
    tells: [
      ['ref', 'equals', ANY_TAG],
      ['event_name', 'in', 'push', 'create', 'release'],
      ['ref_type', 'equals', 'tag'],
      ['sub', 'matches', `repo:*:ref:${ANY_TAG}`, 'repo:*:environment:*'],
    ],
    source: EVENTS,
  },
  {
    name: 'pull_request',
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
  createOutsiderKind(
    'pull_request_target',
    'pull_request_target',
    'Anyone opens a pull request: the workflow of the base branch runs with its rights, and often checks out their code.',
  ),
  createOutsiderKind(
    'issue_comment',
    'issue_comment',
    'Anyone who may comment on an issue or a pull request starts the workflow of the default branch with their text.',
  ),
  createOutsiderKind(
    'issues',
    'issues',
    'Anyone who may open an issue starts the workflow of the default branch with their text.',
  ),
  createOutsiderKind(
    'workflow_run',
    'workflow_run',
    'Anyone whose pull request starts a workflow starts what follows it, on the default branch, with their artifacts.',
  ),
  {
    name: 'merge_group',
    says: 'a merge queue',
    danger: 'colleague',
    how: 'Whoever may put a pull request into the queue: its code runs before it is merged.',
    tells: [
      ['event_name', 'equals', 'merge_group'],
      ['ref', 'matches', 'refs/heads/gh-readonly-queue/*'],
      ['sub', 'matches', 'repo:*:ref:refs/heads/gh-readonly-queue/*', 'repo:*:environment:*'],
    ],
    source: EVENTS,
  },
  {
    name: 'workflow_dispatch',
    says: 'a run that somebody starts by hand',
    danger: undefined,
    how: 'Whoever may write chooses a branch that has the workflow, and its inputs.',
    tells: createBranchTests('workflow_dispatch'),
    source: EVENTS,
  },
  {
    name: 'repository_dispatch',
    says: 'a run that is started by the API',
    danger: undefined,
    how: 'Whoever may write starts the workflow of the default branch, with a payload.',
    tells: createBranchTests('repository_dispatch'),
    source: EVENTS,
  },
  {
    name: 'schedule',
    says: 'a schedule',
    danger: undefined,
    how: 'The workflow of the default branch says when.',
    tells: createBranchTests('schedule'),
    source: EVENTS,
  },
];
