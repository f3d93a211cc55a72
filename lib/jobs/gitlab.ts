import { ANY_NAME, createJobKinds } from './kind.ts';

const TOKENS = 'https://docs.gitlab.com/ci/secrets/id_token_authentication/';
const SOURCES = 'https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable';

export const gitlab = createJobKinds(SOURCES, {
  push: {
    says: 'a push to a protected branch',
    how: 'Whoever may push or merge to the protected branch.',
    tells: [
      ['pipeline_source', 'equals', 'push'],
      ['ref_type', 'equals', 'branch'],
      ['ref_protected', 'equals', 'true'],
    ],
    source: TOKENS,
  },
  unprotected: {
    says: 'a branch that is not protected',
    danger: 'colleague',
    how: 'Every developer of the project pushes a branch of their own, or the one that is named here, with code that nobody reviewed.',
    tells: [
      ['ref_protected', 'equals', 'false'],
      ['ref_type', 'equals', 'branch'],
      ['environment_protected', 'not_equals', 'true'],
      ['sub', 'matches', 'project_path:*'],
    ],
    source: TOKENS,
  },
  'any-tag': {
    says: 'a tag that is not protected, also one that is named like the branch',
    danger: 'colleague',
    how: 'Every developer pushes a tag, on any commit. The ref of its pipeline is its name.',
    tells: [
      ['ref_type', 'equals', 'tag'],
      ['ref_protected', 'equals', 'false'],
      ['sub', 'matches', 'project_path:*:ref_type:tag:*'],
    ],
    source: TOKENS,
  },
  merge_request: {
    says: 'a merge request',
    danger: 'colleague',
    how: 'Every developer opens one; a member who runs the pipeline of a fork brings code from outside.',
    tells: [
      ['pipeline_source', 'equals', 'merge_request_event'],
      ['ref_protected', 'equals', 'false'],
      ['environment_protected', 'not_equals', 'true'],
    ],
  },
  merge_train: {
    says: 'a merge train',
    how: 'Whoever may merge: it is a merge request pipeline of what the branch will be, and no claim tells it apart.',
    like: 'merge_request',
    source: 'https://docs.gitlab.com/ci/pipelines/merge_trains/',
  },
  manual: {
    says: 'a pipeline that somebody starts by hand',
    how: 'Whoever may push to the ref it runs on.',
    tells: [['pipeline_source', 'in', 'web', 'webide', 'chat']],
  },
  api: {
    says: 'a pipeline that is started by the API or a trigger token',
    how: 'Whoever holds a token of somebody who may push to the ref.',
    tells: [['pipeline_source', 'in', 'api', 'trigger']],
  },
  'other-pipeline': {
    says: 'a pipeline that another one starts',
    how: 'Whoever may run the other pipeline as somebody who may push to the ref.',
    tells: [['pipeline_source', 'in', 'pipeline', 'parent_pipeline']],
  },
  schedule: {
    says: 'a schedule',
    how: 'The owner of the schedule, with their rights.',
    tells: [['pipeline_source', 'equals', 'schedule']],
  },
  'any-branch': {
    says: 'any branch, where all of them are protected',
    how: 'Whoever may push to one of the protected branches.',
    tells: [
      ['ref', 'equals', ANY_NAME],
      ['ref_protected', 'equals', 'true'],
    ],
    source: TOKENS,
  },
});
