import { ANY_NAME, createJobKinds } from './kind.ts';

const AZURE = 'https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity';

export const azureDevops = createJobKinds(AZURE, {
  branch: {
    says: 'a run of a branch',
    how: 'Whoever may push to the branch.',
    tells: [
      ['rpo_ref', 'matches', 'refs/heads/*'],
      ['sub', 'matches', 'p://*'],
    ],
  },
  'any-branch': {
    says: 'a run of any branch',
    danger: 'colleague',
    how: 'Whoever may push to the repository pushes a branch of their own, with a pipeline that nobody reviewed.',
    tells: [
      ['rpo_ref', 'equals', `refs/heads/${ANY_NAME}`],
      ['sub', 'matches', 'p://*'],
    ],
  },
  'pull-request': {
    says: 'a pull request',
    danger: 'colleague',
    how: 'Whoever may open one: the pipeline is built as the pull request has it.',
    tells: [
      ['rpo_ref', 'matches', 'refs/pull/*'],
      ['sub', 'matches', 'p://*'],
    ],
  },
  'service-connection': {
    says: 'any pipeline that may use the service connection',
    danger: 'colleague',
    how: 'Whoever may author a pipeline that the connection is open to.',
    // Its token names neither a pipeline nor a ref, so what asks for one does not admit it.
    tells: [
      ['sub', 'matches', 'sc://*'],
      ['def_id', 'equals', null],
      ['rpo_ref', 'equals', null],
    ],
  },
});

const BITBUCKET =
  'https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/';

export const bitbucket = createJobKinds(BITBUCKET, {
  branch: {
    says: 'a pipeline of a branch',
    how: 'Whoever may push to the branch.',
    tells: [['branchName', 'matches', '*']],
  },
  'any-branch': {
    says: 'a pipeline of any branch',
    danger: 'colleague',
    how: 'Whoever may push to the repository pushes a branch of their own. A deployment environment can be kept to some branches.',
    // A statement that is about one environment does not admit another.
    tells: [
      ['branchName', 'equals', ANY_NAME],
      ['deploymentEnvironmentUuid', 'equals', `{${ANY_NAME}}`],
    ],
  },
  'pull-request': {
    says: 'a pull request',
    danger: 'colleague',
    how: "Its pipeline has the name of its branch, and a fork's pull request builds in the fork: no claim tells.",
    like: 'branch',
  },
});

const TERRAFORM =
  'https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens';

export const hcpTerraform = createJobKinds(TERRAFORM, {
  apply: {
    says: 'an apply',
    how: 'Whoever may approve runs of the workspace.',
    tells: [['terraform_run_phase', 'equals', 'apply']],
  },
  plan: {
    says: 'a plan, also of a pull request',
    danger: 'colleague',
    how: 'Whoever may open a pull request starts a speculative plan, which runs their code and their providers.',
    tells: [['terraform_run_phase', 'equals', 'plan']],
  },
});
