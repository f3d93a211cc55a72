import { ANY_NAME, createJobKinds } from './kind.ts';

const OIDC = 'https://buildkite.com/docs/pipelines/security/oidc';
const VARIABLES = 'https://buildkite.com/docs/pipelines/configure/environment-variables';
const NO_TAG = ['build_tag', 'equals', null] as const;

/** `build_source` says what started a build; a build's branch is a label, which whoever starts it by hand chooses. */
export const buildkite = createJobKinds(VARIABLES, {
  push: {
    says: 'a push to a branch',
    how: 'Whoever may push to the branch.',
    tells: [['build_source', 'equals', 'webhook'], NO_TAG],
  },
  'any-branch': {
    says: 'a push to any branch',
    danger: 'colleague',
    how: 'Whoever may push to the repository pushes a branch of their own, with code that nobody reviewed.',
    tells: [['build_branch', 'equals', ANY_NAME], ['build_source', 'equals', 'webhook'], NO_TAG],
  },
  tag: {
    says: 'a push of a tag',
    how: 'Whoever may push the tag.',
    tells: [['build_tag', 'not_equals', null]],
  },
  'any-tag': {
    says: 'a push of any tag, also of one that is named like the branch',
    danger: 'colleague',
    how: 'Whoever may push tags: the build of a tag has the name of the tag for its branch.',
    tells: [['build_tag', 'equals', ANY_NAME]],
  },
  manual: {
    says: 'a build that somebody starts by hand',
    danger: 'colleague',
    how: 'Whoever may create builds of the pipeline chooses branch and commit, and they need not belong together.',
    tells: [['build_source', 'equals', 'ui'], NO_TAG],
  },
  api: {
    says: 'a build that is started by the API',
    danger: 'colleague',
    how: 'Whoever holds an API token with write_builds chooses branch and commit.',
    tells: [['build_source', 'equals', 'api'], NO_TAG],
  },
  trigger: {
    says: 'a build that a step of another pipeline triggers',
    danger: 'colleague',
    how: 'Whoever may change a pipeline that triggers this one chooses branch and commit.',
    tells: [['build_source', 'equals', 'trigger_job'], NO_TAG],
    source: 'https://buildkite.com/docs/pipelines/configure/step-types/trigger-step',
  },
  schedule: {
    says: 'a build that a schedule starts',
    how: 'Whoever may change the schedules of the pipeline.',
    tells: [['build_source', 'equals', 'schedule'], NO_TAG],
    source: 'https://buildkite.com/docs/pipelines/configure/workflows/scheduled-builds',
  },
  'fork-pull-request': {
    says: 'a pull request of a fork, where branches of forks are prefixed',
    danger: 'outsider',
    how: 'Anyone who may open a pull request, where builds of forks are on: the branch is owner:branch.',
    tells: [['build_branch', 'matches', `${ANY_NAME}:*`], ['build_source', 'equals', 'webhook'], NO_TAG],
    source: 'https://buildkite.com/docs/pipelines/source-control/github',
  },
  'unprefixed-fork': {
    says: 'a pull request of a fork, where branches of forks are not prefixed',
    danger: 'outsider',
    how: "Anyone who may open a pull request, where builds of forks are on: a fork's main is main. Switch such builds off, or the prefix on.",
    like: 'push',
    source: OIDC,
  },
});
