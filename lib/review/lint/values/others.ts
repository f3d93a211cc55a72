import { BRACED_UUID, BRANCH, DIGITS, REF, UUID } from './forms.ts';
import { createGrammar, createWordGrammar, type Grammar } from './grammar.ts';

type ClaimGrammars = { readonly [claim: string]: readonly Grammar[] };

/** https://circleci.com/docs/openid-connect-tokens */
export const circleciValues: ClaimGrammars = {
  'oidc.circleci.com/project-id': [UUID],
  'oidc.circleci.com/org-id': [UUID],
  'oidc.circleci.com/job-id': [UUID],
  'oidc.circleci.com/pipeline-id': [UUID],
  'oidc.circleci.com/pipeline-definition-id': [UUID],
  'oidc.circleci.com/workflow-id': [UUID],
  'oidc.circleci.com/vcs-ref': [REF],
  'oidc.circleci.com/vcs-origin': [createGrammar('host/owner/repository', ['[a-z\\d.-]+/[^\\s:@]+'])],
  'oidc.circleci.com/context-ids': [UUID],
};

export const azureValues: ClaimGrammars = {
  org_id: [UUID],
  prj_id: [UUID],
  rpo_ref: [REF],
  def_id: [DIGITS],
  run_id: [DIGITS],
  sub: [
    createGrammar('p://organization/project/pipeline or sc://organization/project/connection', [
      'p://.+',
      'sc://.+',
    ]),
  ],
};

export const bitbucketValues: ClaimGrammars = {
  branchName: [BRANCH],
  repositoryUuid: [BRACED_UUID],
  workspaceUuid: [BRACED_UUID],
  pipelineUuid: [BRACED_UUID],
  stepUuid: [BRACED_UUID],
  deploymentEnvironmentUuid: [BRACED_UUID],
};

export const googleValues: ClaimGrammars = {
  sub: [createGrammar('the number of an account', ['\\d+'])],
  email: [createGrammar('an address', ['[^\\s@]+@[^\\s@]+'])],
};

export const awsValues: ClaimGrammars = {
  sub: [
    createGrammar('the ARN of a role', [
      'arn:aws[a-z-]*:iam::\\d{12}:role/.+',
      'arn:aws[a-z-]*:sts::\\d{12}:.+',
    ]),
  ],
};

export const terraformValues: ClaimGrammars = {
  terraform_run_phase: [createWordGrammar(['plan', 'apply'])],
  terraform_organization_id: [createGrammar('an id that begins with org-', ['org-[A-Za-z\\d]+'])],
  terraform_project_id: [createGrammar('an id that begins with prj-', ['prj-[A-Za-z\\d]+'])],
  terraform_workspace_id: [createGrammar('an id that begins with ws-', ['ws-[A-Za-z\\d]+'])],
  terraform_run_id: [createGrammar('an id that begins with run-', ['run-[A-Za-z\\d]+'])],
};
