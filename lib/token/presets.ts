import type { ClaimType } from '../policy/claims.ts';
import type { Binding, SessionClaims, Vocabulary } from '../policy/issuer.ts';

/** Which claims answer an auditor's questions, and a link to the job: `{claim}` stands for its value. */
export type Labels = {
  readonly organization?: string;
  readonly pipeline?: string;
  readonly build?: string;
  readonly branch?: string;
  readonly commit?: string;
  readonly job?: string;
  readonly link?: string;
};

/** What is known of a CI vendor's tokens, so that a row of broker.yml needs one word. */
export type Preset = {
  /** The vendor's own issuer; undefined when each customer has one of its own. */
  readonly issuer: string | undefined;
  /** Issuer URLs that are this vendor's, whatever the row says. */
  readonly owns: RegExp;
  readonly jwks: (issuer: string) => string;
  readonly algorithms: readonly string[];
  /** Greatest accepted `exp - iat`, in seconds. */
  readonly maxTokenLifetime: number;
  readonly binding: readonly Binding[];
  readonly vocabulary: Vocabulary;
  readonly nullable: readonly string[];
  readonly onRequest: { readonly flag: string; readonly claims: readonly string[] } | undefined;
  readonly session: SessionClaims;
  readonly pipelineId: string;
  readonly labels: Labels;
};

const types = (table: Record<string, string>): Record<string, readonly ClaimType[]> => {
  const byClaim: Record<string, readonly ClaimType[]> = Object.create(null);
  for (const [kind, names] of Object.entries(table)) {
    for (const name of names.split(' ')) byClaim[name] = kind.split('|') as ClaimType[];
  }
  return byClaim;
};

const REGISTERED = 'iss sub aud jti';
const TIMES = 'exp nbf iat';

/** https://buildkite.com/docs/agent/cli/reference/oidc: one issuer for every Buildkite organization. */
const buildkite: Preset = {
  issuer: 'https://agent.buildkite.com',
  owns: /^https:\/\/agent(-edge)?\.buildkite\.com(\/|$)/i,
  jwks: issuer => `${issuer}/.well-known/jwks`,
  algorithms: ['RS256'],
  maxTokenLifetime: 300,
  binding: [{ anyOf: ['organization_slug', 'organization_id'], ownerPrefix: [] }],
  vocabulary: {
    claims: types({
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
    pipeline: 'pipeline_slug',
    build: 'build_number',
    branch: 'build_branch',
    commit: 'build_commit',
    job: 'job_id',
    link: 'https://buildkite.com/{organization_slug}/{pipeline_slug}/builds/{build_number}#{job_id}',
  },
};

/** https://docs.github.com/actions/reference/security/oidc: every value is a string. */
const githubActions: Preset = {
  issuer: 'https://token.actions.githubusercontent.com',
  owns: /^https:\/\/token\.actions\.(githubusercontent\.com|[^/]+\.ghe\.com)(\/|$)/i,
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
    claims: types({
      string: `${REGISTERED} actor actor_id base_ref check_run_id enterprise enterprise_id environment event_name head_ref issuer_scope job_workflow_ref job_workflow_sha ref ref_protected ref_type repository repository_id repository_owner repository_owner_id repository_visibility run_attempt run_id run_number runner_environment sha workflow workflow_ref workflow_sha`,
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
    pipeline: 'repository',
    build: 'run_number',
    branch: 'ref',
    commit: 'sha',
    job: 'run_id',
    link: 'https://github.com/{repository}/actions/runs/{run_id}',
  },
};

/** https://docs.gitlab.com/ci/secrets/id_token_authentication: `ref_protected` is the text "true". */
const gitlab: Preset = {
  issuer: 'https://gitlab.com',
  owns: /^https:\/\/gitlab\.com(\/|$)/i,
  jwks: issuer => `${issuer}/oauth/discovery/keys`,
  algorithms: ['RS256'],
  maxTokenLifetime: 3600,
  binding: [{ anyOf: ['namespace_id', 'namespace_path', 'project_id', 'project_path'], ownerPrefix: [] }],
  vocabulary: {
    claims: types({
      string: `${REGISTERED} ci_config_ref_uri ci_config_sha deployment_tier environment environment_protected environment_action namespace_id namespace_path pipeline_id pipeline_source project_id project_path project_visibility ref ref_path ref_protected ref_type runner_environment sha job_id job_namespace_id job_namespace_path job_project_id job_project_path user_access_level user_email user_id user_login`,
      number: `${TIMES} runner_id`,
      array: 'groups_direct user_identities',
    }),
    prefixes: {},
  },
  nullable: [],
  onRequest: undefined,
  session: { group: 'project_path', run: 'pipeline_id', job: 'job_id' },
  pipelineId: 'project_id',
  labels: {
    organization: 'namespace_path',
    pipeline: 'project_path',
    build: 'pipeline_id',
    branch: 'ref',
    commit: 'sha',
    job: 'job_id',
    link: 'https://gitlab.com/{project_path}/-/jobs/{job_id}',
  },
};

/** https://circleci.com/docs/openid-connect-tokens: the issuer names the organization, and names hold slashes. */
const circleci: Preset = {
  issuer: undefined,
  owns: /^https:\/\/oidc\.circleci\.com(\/|$)/i,
  jwks: issuer => `${issuer}/.well-known/jwks-pub.json`,
  algorithms: ['RS256'],
  maxTokenLifetime: 3600,
  binding: [],
  vocabulary: {
    claims: types({
      string: `${REGISTERED} oidc.circleci.com/project-id oidc.circleci.com/vcs-origin oidc.circleci.com/vcs-ref oidc.circleci.com/org-id oidc.circleci.com/job-id oidc.circleci.com/pipeline-id oidc.circleci.com/pipeline-definition-id oidc.circleci.com/workflow-id`,
      array: 'oidc.circleci.com/context-ids',
      boolean: 'oidc.circleci.com/ssh-rerun',
      number: TIMES,
    }),
    prefixes: {},
  },
  nullable: [],
  onRequest: undefined,
  session: {
    group: 'oidc.circleci.com/project-id',
    run: 'oidc.circleci.com/pipeline-id',
    job: 'oidc.circleci.com/job-id',
  },
  pipelineId: 'oidc.circleci.com/project-id',
  labels: {
    pipeline: 'oidc.circleci.com/project-id',
    build: 'oidc.circleci.com/pipeline-id',
    branch: 'oidc.circleci.com/vcs-ref',
    job: 'oidc.circleci.com/job-id',
  },
};

export const PRESETS = {
  buildkite,
  'github-actions': githubActions,
  gitlab,
  circleci,
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;

/** The preset whose vendor this issuer URL belongs to: its demands hold whatever the row says. */
export const presetOf = (issuer: string): PresetName | undefined =>
  (Object.keys(PRESETS) as PresetName[]).find(name => PRESETS[name].owns.test(issuer));
