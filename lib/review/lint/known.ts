import type { PresetName } from '../../token/presets.ts';
import { buildkiteValues } from './values/buildkite.ts';
import { githubValues } from './values/github.ts';
import { gitlabValues } from './values/gitlab.ts';
import type { Grammar } from './values/grammar.ts';
import {
  awsValues,
  azureValues,
  bitbucketValues,
  circleciValues,
  googleValues,
  terraformValues,
} from './values/others.ts';

/** Facts of an issuer's claims beyond their types, for rules. */
export type ClaimKnowledge = {
  /** The things, all of them, that a statement without any of `runs` admits. */
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
  /** By claim, what the issuer can send: each of these holds of every value. */
  readonly sent: { readonly [claim: string]: readonly Grammar[] };
  /** Claims that hold the name of a branch or a ref. */
  readonly refs: readonly string[];
  /** Patterns of `sub` that leave open what runs. */
  readonly openSub: RegExp | undefined;
};

const NONE: ClaimKnowledge = {
  unit: '',
  runs: [],
  named: [],
  free: [],
  paths: [],
  ids: {},
  branch: undefined,
  compoundSub: false,
  sent: {},
  refs: [],
  openSub: undefined,
};

const buildkite: ClaimKnowledge = {
  ...NONE,
  unit: 'pipeline',
  runs: ['pipeline_slug', 'pipeline_id', 'build_id', 'job_id', 'sub'],
  named: ['pipeline_slug', 'cluster_name', 'queue_key'],
  free: ['organization_slug'],
  ids: { organization_slug: 'organization_id', pipeline_slug: 'pipeline_id' },
  branch: { claim: 'build_branch', beside: ['build_source', 'build_tag'] },
  compoundSub: true,
  sent: buildkiteValues,
  refs: ['build_branch'],
  openSub: /^organization:[^:*?]+:(\*|pipeline:[*?]+(:|$))/,
};

const githubActions: ClaimKnowledge = {
  ...NONE,
  unit: 'repository',
  runs: ['repository', 'repository_id', 'job_workflow_ref', 'workflow_ref', 'repo_property_', 'sub'],
  named: ['repository', 'job_workflow_ref', 'workflow_ref'],
  // A workflow that names an environment which is not there makes it, without any protection.
  free: ['repository_owner', 'environment', 'actor'],
  paths: ['repository', 'job_workflow_ref', 'workflow_ref'],
  ids: { repository_owner: 'repository_owner_id', repository: 'repository_id' },
  compoundSub: true,
  sent: githubValues,
  refs: ['ref', 'base_ref', 'head_ref'],
  openSub: /^repo:[^:]*\/[*?]+(:|$)|^repo:[^/:*?]*[*?]/,
};

const gitlab: ClaimKnowledge = {
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
  sent: gitlabValues,
  refs: ['ref', 'ref_path'],
  openSub: /^project_path:[^:]*\/[*?]+(:|$)|^project_path:[^:/*?]*[*?]/,
};

const PROJECT = 'oidc.circleci.com/project-id';

const circleci: ClaimKnowledge = {
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
  sent: circleciValues,
  refs: ['oidc.circleci.com/vcs-ref'],
  openSub: /^org\/[^/*?]+\/(\*|project\/[*?]+(\/|$))/,
};

const azureDevops: ClaimKnowledge = {
  ...NONE,
  unit: 'project',
  runs: ['prj_id', 'def_id', 'rpo_id', 'rpo_uri', 'sub'],
  sent: azureValues,
  refs: ['rpo_ref'],
  // Its parts are the organization, the project, and then what runs.
  openSub: /^(p|sc):\/\/[^/]*(\/[^/]*)?\/?[*?]+$/,
};

const bitbucket: ClaimKnowledge = {
  ...NONE,
  unit: 'repository',
  runs: ['repositoryUuid', 'deploymentEnvironmentUuid', 'sub'],
  compoundSub: true,
  sent: bitbucketValues,
  refs: ['branchName'],
  openSub: /^[*?]/,
};

const google: ClaimKnowledge = { ...NONE, unit: 'account', runs: ['sub', 'email'], sent: googleValues };

const hcpTerraform: ClaimKnowledge = {
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
  sent: terraformValues,
  openSub: /^organization:[^:*?]+:(\*|project:[^:]+:workspace:[*?]+(:|$))/,
};

/** Tags of the request are whatever the caller wrote into it: its role is what runs. */
const awsSts: ClaimKnowledge = {
  ...NONE,
  unit: 'role of the account',
  runs: [
    'sub',
    '/https:~1~1sts.amazonaws.com~1/lambda_source_function_arn',
    '/https:~1~1sts.amazonaws.com~1/principal_',
  ],
  sent: awsValues,
  openSub: /^arn:[^/]*\/?[*?]+$/,
};

/** By preset; an issuer without one is one that nothing is known of. */
export const CLAIM_KNOWLEDGE: { readonly [preset in PresetName | 'none']: ClaimKnowledge } = {
  buildkite,
  'github-actions': githubActions,
  gitlab,
  circleci,
  'azure-devops': azureDevops,
  bitbucket,
  google,
  'aws-sts': awsSts,
  'hcp-terraform': hcpTerraform,
  none: NONE,
};
