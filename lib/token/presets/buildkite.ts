import { listClaimTypes, type Preset, REGISTERED, TIMES } from './preset.ts';

/** https://buildkite.com/docs/agent/cli/reference/oidc: one issuer for every Buildkite organization. */
export const buildkite: Preset = {
  issuer: 'https://agent.buildkite.com',
  customer: undefined,
  owns: /^https:\/\/agent(-edge)?\.buildkite\.com(\/|$)/i,
  jwks: issuer => `${issuer}/.well-known/jwks`,
  algorithms: ['RS256'],
  maxTokenLifetime: 300,
  binding: [{ anyOf: ['organization_slug', 'organization_id'], ownerPrefix: [] }],
  vocabulary: {
    claims: listClaimTypes({
      string: `${REGISTERED} organization_slug pipeline_slug build_branch build_commit job_id agent_id build_source runner_environment organization_id pipeline_id build_id`,
      'string|null': 'build_tag step_key cluster_id cluster_name queue_id queue_key',
      number: `${TIMES} build_number`,
      object: 'https://aws.amazon.com/tags',
    }),
    prefixes: { 'agent_tag:': ['string', 'null'] },
  },
  nullable: ['build_tag', 'step_key'],
  onRequest: {
    flag: '--claim',
    claims: [
      'organization_id',
      'pipeline_id',
      'build_id',
      'cluster_id',
      'cluster_name',
      'queue_id',
      'queue_key',
      'agent_tag:',
    ],
  },
  session: { group: 'pipeline_slug', run: 'build_number', job: 'job_id' },
  pipelineId: 'pipeline_id',
  labels: {
    organization: 'organization_slug',
    organizationId: 'organization_id',
    pipeline: 'pipeline_slug',
    build: 'build_number',
    branch: 'build_branch',
    commit: 'build_commit',
    job: 'job_id',
    link: 'https://buildkite.com/{organization_slug}/{pipeline_slug}/builds/{build_number}#{job_id}',
  },
};
