import type { PresetName } from '../token/presets.ts';

/** The claims of one token of each vendor whose jobs lib/jobs/scenarios does not know, as the vendor documents them. */
export const SAMPLES: { readonly [preset in PresetName]?: JobClaims } = {
  'azure-devops': {
    sub: 'p://my-organization/my-project/my-pipeline',
    org_id: '0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d',
    prj_id: '1c2d3e4f-5061-4b7c-9d8e-0f1a2b3c4d5e',
    def_id: '7',
    rpo_id: '2d3e4f50-6172-4c8d-ae9f-1a2b3c4d5e6f',
    rpo_uri: 'https://dev.azure.com/my-organization/my-project/_git/my-repository',
    rpo_ver: '9f3182061f1e2cca4702c368cbc039b7dc9d4485',
    rpo_ref: 'refs/heads/main',
    run_id: '42',
  },
  bitbucket: {
    sub: '{1c2d3e4f-5061-4b7c-9d8e-0f1a2b3c4d5e}:{2d3e4f50-6172-4c8d-ae9f-1a2b3c4d5e6f}',
    accountUuid: '{0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d}',
    workspaceUuid: '{0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d}',
    repositoryUuid: '{1c2d3e4f-5061-4b7c-9d8e-0f1a2b3c4d5e}',
    pipelineUuid: '{3e4f5061-7283-4d9e-bf0a-1b2c3d4e5f60}',
    stepUuid: '{2d3e4f50-6172-4c8d-ae9f-1a2b3c4d5e6f}',
    branchName: 'main',
  },
  google: {
    sub: '104857600000000000000',
    azp: '104857600000000000000',
    email: 'ci@my-project.iam.gserviceaccount.com',
    email_verified: true,
  },
  'aws-sts': {
    sub: 'arn:aws:iam::210987654321:role/ci',
    'https://sts.amazonaws.com/': {
      aws_account: '210987654321',
      org_id: 'o-0b1c2d3e4f',
      principal_id: 'arn:aws:iam::210987654321:role/ci',
      request_tags: {},
    },
  },
  'hcp-terraform': {
    sub: 'organization:my-organization:project:Default Project:workspace:my-workspace:run_phase:apply',
    terraform_organization_id: 'org-GRNbCjYNpBB6NEH9',
    terraform_organization_name: 'my-organization',
    terraform_project_id: 'prj-vegSA59s1XPwMr2t',
    terraform_project_name: 'Default Project',
    terraform_workspace_id: 'ws-mbsd5E3Ktt5Rg2Xm',
    terraform_workspace_name: 'my-workspace',
    terraform_full_workspace: 'organization:my-organization:project:Default Project:workspace:my-workspace',
    terraform_run_id: 'run-X3n1AUXNGWbfECsJ',
    terraform_run_phase: 'apply',
  },
};

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

export type JobClaims = { readonly [name: string]: JsonValue };
