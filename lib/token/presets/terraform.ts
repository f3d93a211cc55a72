import { listClaimTypes, type Preset, REGISTERED, TIMES } from './preset.ts';

/**
 * https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/workload-identity-tokens: one
 * issuer for every organization of HCP Terraform; Terraform Enterprise signs with its own URL. A test of a module has
 * neither project nor workspace. A token lives as long as a plan or an apply may run.
 */
export const hcpTerraform: Preset = {
  issuer: 'https://app.terraform.io',
  customer: undefined,
  owns: /^https:\/\/app\.(eu\.)?terraform\.io(\/|$)/i,
  jwks: issuer => `${issuer}/.well-known/jwks`,
  algorithms: ['RS256'],
  maxTokenLifetime: 3600,
  binding: [
    {
      anyOf: [
        'terraform_organization_id',
        'terraform_organization_name',
        'terraform_project_id',
        'terraform_workspace_id',
      ],
      ownerPrefix: [],
    },
  ],
  vocabulary: {
    claims: listClaimTypes({
      string: `${REGISTERED} terraform_full_workspace terraform_organization_id terraform_organization_name terraform_project_id terraform_project_name terraform_run_id terraform_run_phase terraform_workspace_id terraform_workspace_name`,
      number: TIMES,
    }),
    prefixes: {},
  },
  nullable: [],
  onRequest: undefined,
  session: { group: 'terraform_workspace_name', run: 'terraform_run_id', job: 'jti' },
  pipelineId: 'terraform_workspace_id',
  labels: {
    organization: 'terraform_organization_name',
    pipeline: 'terraform_workspace_name',
    build: 'terraform_run_id',
    job: 'jti',
    link: 'https://app.terraform.io/app/{terraform_organization_name}/workspaces/{terraform_workspace_name}/runs/{terraform_run_id}',
  },
};
