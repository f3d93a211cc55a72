import type { PresetName } from '../token/presets.ts';

/** Which values an issuer sends in a claim: one of these words, or text of this form. */
type Sent = {
  readonly words?: readonly string[];
  readonly begins?: string;
  readonly never?: string;
  readonly form?: RegExp;
};

/** What rules need to know of an issuer's claims beyond their types. */
export type Known = {
  /** What a statement without any of `runs` admits, all of them. */
  readonly unit: string;
  /** Claims that name what runs. A name that ends in `_` stands for a family. */
  readonly runs: readonly string[];
  /** Names that others choose within your own organization. */
  readonly named: readonly string[];
  /** Names that anybody may take, or that come to be by being used. */
  readonly free: readonly string[];
  /** Claims of the form owner/name. */
  readonly paths: readonly string[];
  /** By name, the claim that holds the id of the same thing. */
  readonly ids: { readonly [name: string]: string };
  /** The claim of the branch, and those that say how it came to be there. */
  readonly branch: { readonly claim: string; readonly beside: readonly string[] } | undefined;
  /** `sub` is one text of many parts, each of which has a claim of its own. */
  readonly compoundSub: boolean;
  readonly sent: { readonly [claim: string]: Sent };
};

const NONE: Known = {
  unit: '',
  runs: [],
  named: [],
  free: [],
  paths: [],
  ids: {},
  branch: undefined,
  compoundSub: false,
  sent: {},
};

const UUID: Sent = { form: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/ };
const TRUTH: Sent = { words: ['true', 'false'] };
const REF_TYPE: Sent = { words: ['branch', 'tag'] };

const buildkite: Known = {
  ...NONE,
  unit: 'pipeline',
  runs: ['pipeline_slug', 'pipeline_id', 'build_id', 'job_id', 'sub'],
  named: ['pipeline_slug', 'cluster_name', 'queue_key'],
  free: ['organization_slug'],
  ids: { organization_slug: 'organization_id', pipeline_slug: 'pipeline_id' },
  branch: { claim: 'build_branch', beside: ['build_source', 'build_tag'] },
  compoundSub: true,
  sent: {
    build_source: { words: ['ui', 'api', 'webhook', 'trigger_job', 'schedule'] },
    runner_environment: { words: ['buildkite-hosted', 'self-hosted'] },
    // The branch as it is called; `refs/heads/` stands in `sub` alone.
    build_branch: { never: 'refs/heads/' },
    build_tag: { never: 'refs/tags/' },
    organization_id: UUID,
    pipeline_id: UUID,
    build_id: UUID,
    cluster_id: UUID,
    queue_id: UUID,
  },
};

const githubActions: Known = {
  ...NONE,
  unit: 'repository',
  runs: [
    'repository',
    'repository_id',
    'job_workflow_ref',
    'workflow_ref',
    'actor',
    'actor_id',
    'repo_property_',
    'sub',
  ],
  named: ['repository', 'job_workflow_ref', 'workflow_ref'],
  // A workflow that names an environment which is not there makes it, without any protection.
  free: ['repository_owner', 'environment', 'actor'],
  paths: ['repository', 'job_workflow_ref', 'workflow_ref'],
  ids: { repository_owner: 'repository_owner_id', repository: 'repository_id' },
  compoundSub: true,
  sent: {
    ref: { begins: 'refs/' },
    ref_type: REF_TYPE,
    ref_protected: TRUTH,
    runner_environment: { words: ['github-hosted', 'self-hosted'] },
    repository_visibility: { words: ['public', 'private', 'internal'] },
  },
};

const gitlab: Known = {
  ...NONE,
  unit: 'project',
  runs: ['project_id', 'project_path', 'job_project_id', 'job_project_path', 'ci_config_ref_uri', 'sub'],
  named: ['project_path', 'job_project_path'],
  free: ['namespace_path', 'environment'],
  paths: ['project_path', 'job_project_path'],
  ids: { namespace_path: 'namespace_id', project_path: 'project_id' },
  // `ref` of a tag's pipeline is the name of the tag.
  branch: { claim: 'ref', beside: ['ref_type', 'ref_path', 'ref_protected', 'pipeline_source'] },
  compoundSub: true,
  sent: { ref_type: REF_TYPE, ref_protected: TRUTH, environment_protected: TRUTH, ref: { never: 'refs/' } },
};

const PROJECT = 'oidc.circleci.com/project-id';

const circleci: Known = {
  ...NONE,
  unit: 'project',
  runs: [
    PROJECT,
    'oidc.circleci.com/pipeline-definition-id',
    'oidc.circleci.com/vcs-origin',
    'oidc.circleci.com/context-ids',
    'sub',
  ],
  compoundSub: true,
  sent: { [PROJECT]: UUID, 'oidc.circleci.com/vcs-ref': { begins: 'refs/' } },
};

const azureDevops: Known = {
  ...NONE,
  unit: 'project',
  runs: ['prj_id', 'def_id', 'rpo_id', 'rpo_uri', 'sub'],
  sent: { rpo_ref: { begins: 'refs/' } },
};

const bitbucket: Known = {
  ...NONE,
  unit: 'repository',
  runs: ['repositoryUuid', 'deploymentEnvironmentUuid', 'sub'],
  compoundSub: true,
};

const google: Known = { ...NONE, unit: 'account', runs: ['sub', 'email'] };

const hcpTerraform: Known = {
  ...NONE,
  unit: 'workspace',
  runs: ['terraform_workspace_id', 'terraform_workspace_name', 'terraform_full_workspace', 'sub'],
  named: ['terraform_workspace_name', 'terraform_project_name'],
  free: ['terraform_organization_name'],
  ids: {
    terraform_organization_name: 'terraform_organization_id',
    terraform_project_name: 'terraform_project_id',
    terraform_workspace_name: 'terraform_workspace_id',
  },
  compoundSub: true,
  sent: { terraform_run_phase: { words: ['plan', 'apply'] } },
};

/** By preset; an issuer without one is one that nothing is known of. */
export const KNOWN: { readonly [preset in PresetName | 'none']: Known } = {
  buildkite,
  'github-actions': githubActions,
  gitlab,
  circleci,
  'azure-devops': azureDevops,
  bitbucket,
  google,
  // Its `sub` is one role, so whoever is named is one already.
  'aws-sts': NONE,
  'hcp-terraform': hcpTerraform,
  none: NONE,
};
