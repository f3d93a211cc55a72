import { ANY_NAME, createJobKinds } from './kind.ts';

const TOKENS = 'https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/';
const REF = 'oidc.circleci.com/vcs-ref';
const ORIGIN = 'oidc.circleci.com/vcs-origin';
const RERUN = 'oidc.circleci.com/ssh-rerun';

export const circleci = createJobKinds(TOKENS, {
  push: {
    says: 'a push to a branch',
    how: 'Whoever may push to the branch.',
    tells: [
      [REF, 'matches', 'refs/heads/*'],
      [RERUN, 'equals', false],
    ],
  },
  'any-branch': {
    says: 'a push to any branch',
    danger: 'colleague',
    how: 'Whoever may push to the repository pushes a branch of their own, with a configuration that nobody reviewed.',
    tells: [
      [REF, 'equals', `refs/heads/${ANY_NAME}`],
      [RERUN, 'equals', false],
    ],
  },
  tag: {
    says: 'a push of a tag',
    how: 'Whoever may push the tag.',
    tells: [
      [REF, 'matches', 'refs/tags/*'],
      [RERUN, 'equals', false],
    ],
  },
  'any-tag': {
    says: 'a push of any tag',
    danger: 'colleague',
    how: 'Whoever may push tags, on any commit.',
    tells: [
      [REF, 'equals', `refs/tags/${ANY_NAME}`],
      [RERUN, 'equals', false],
    ],
  },
  'other-repository': {
    says: 'a pipeline of another repository, such as a fork',
    danger: 'outsider',
    how: 'Whoever opens a pull request from a fork, where forked pull requests are built and get secrets: a project is no repository.',
    tells: [
      [ORIGIN, 'equals', `github.com/${ANY_NAME}/${ANY_NAME}`],
      [RERUN, 'equals', false],
    ],
  },
  'ssh-rerun': {
    says: 'a job that is rerun with SSH',
    danger: 'colleague',
    how: 'Whoever may rerun the job logs in to it and does what they like, by hand.',
    tells: [[RERUN, 'equals', true]],
  },
  manual: {
    says: 'a pipeline that is started by hand or by the API',
    how: 'Whoever may trigger pipelines chooses a branch; no claim tells.',
    like: 'push',
  },
});
