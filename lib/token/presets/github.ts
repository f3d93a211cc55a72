import { listClaimTypes, type Preset, REGISTERED, TIMES } from './preset.ts';

/** https://docs.github.com/actions/reference/security/oidc: every value is a string. */
export const githubActions: Preset = {
  issuer: 'https://token.actions.githubusercontent.com',
  customer: undefined,
  // github.com, data residency, and every Enterprise Server, where each employee may have repositories of their own.
  owns: /^https:\/\/(token\.actions\.(githubusercontent\.com|[^/]+\.ghe\.com)|[^/]+\/_services\/token)(\/|$)/i,
  jwks: issuer => `${issuer}/.well-known/jwks`,
  algorithms: ['RS256'],
  maxTokenLifetime: 600,
  binding: [
    {
      anyOf: ['repository_owner', 'repository_owner_id', 'repository', 'repository_id'],
      ownerPrefix: ['repository'],
    },
  ],
  vocabulary: {
    claims: listClaimTypes({
      string: `${REGISTERED} actor actor_id base_ref check_run_id enterprise enterprise_id environment environment_node_id event_name head_ref issuer_scope job_workflow_ref job_workflow_sha ref ref_protected ref_type repository repository_id repository_owner repository_owner_id repository_visibility run_attempt run_id run_number runner_environment sha workflow workflow_ref workflow_sha`,
      number: TIMES,
    }),
    prefixes: { repo_property_: ['string'] },
  },
  nullable: [],
  onRequest: undefined,
  session: { group: 'repository', run: 'run_number', job: 'run_id' },
  pipelineId: 'repository_id',
  labels: {
    organization: 'repository_owner',
    organizationId: 'repository_owner_id',
    pipeline: 'repository',
    build: 'run_number',
    branch: 'ref',
    commit: 'sha',
    job: 'run_id',
    link: 'https://github.com/{repository}/actions/runs/{run_id}',
  },
  // An Enterprise Server signs below its own host; data residency beside the host of its pages.
  site: issuer =>
    new URL(issuer).origin.replace(/^https:\/\/token\.actions\.(githubusercontent\.com$)?/, (_, own) =>
      own ? 'https://github.com' : 'https://',
    ),
};
