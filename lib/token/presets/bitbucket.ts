import { listClaimTypes, type Preset, REGISTERED, TIMES } from './preset.ts';

/**
 * https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/:
 * the issuer names the workspace. Its ids stand in braces, which no template takes, so none is a pipeline's id.
 */
export const bitbucket: Preset = {
  issuer: undefined,
  customer: {
    form: 'https://api.bitbucket.org/2.0/workspaces/<workspace>/pipelines-config/identity/oidc',
    pattern: /^https:\/\/api\.bitbucket\.org\/2\.0\/workspaces\/[\w.-]+\/pipelines-config\/identity\/oidc$/,
  },
  owns: /^https:\/\/api\.bitbucket\.org(\/|$)/i,
  jwks: issuer => `${issuer}/keys.json`,
  algorithms: ['RS256'],
  maxTokenLifetime: 3600,
  binding: [],
  vocabulary: {
    claims: listClaimTypes({
      string: `${REGISTERED} accountUuid workspaceUuid repositoryUuid pipelineUuid stepUuid deploymentEnvironmentUuid branchName`,
      number: TIMES,
    }),
    prefixes: {},
  },
  nullable: [],
  onRequest: undefined,
  session: { group: 'repositoryUuid', run: 'pipelineUuid', job: 'stepUuid' },
  pipelineId: undefined,
  labels: {
    organization: 'workspaceUuid',
    pipeline: 'repositoryUuid',
    build: 'pipelineUuid',
    branch: 'branchName',
    job: 'stepUuid',
  },
};
