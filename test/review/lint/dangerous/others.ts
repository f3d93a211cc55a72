import type { Dangerous, Sensible } from './role.ts';

const O = 'oidc.circleci.com';
const UUID = '0184990a-477b-4fa8-9968-496074483cee';
const PROJECT = `${O}/project-id: ${UUID}`;
const ORIGIN = `${O}/vcs-origin: github.com/acme/web`;
const RERUN = `${O}/ssh-rerun: false`;
const REF = `${O}/vcs-ref: refs/heads/main`;

export const circleci: readonly Dangerous[] = [
  [PROJECT, 'job-kind-admitted other-repository'],
  [`${PROJECT}, ${REF}, ${RERUN}`, 'job-kind-admitted other-repository'],
  [`${PROJECT}, ${REF}, ${ORIGIN}`, 'job-kind-admitted ssh-rerun'],
  [`${PROJECT}, ${ORIGIN}, ${RERUN}`, 'job-kind-admitted any-branch'],
  [
    `${PROJECT}, ${O}/vcs-ref: { matches: "refs/heads/*" }, ${ORIGIN}, ${RERUN}`,
    'job-kind-admitted any-branch',
  ],
  [`${PROJECT}, ${O}/vcs-ref: { matches: "refs/tags/*" }, ${ORIGIN}, ${RERUN}`, 'job-kind-admitted any-tag'],
  [`${O}/org-id: ${UUID}, ${REF}, ${RERUN}`, 'pipeline-unbound every project'],
  [`${O}/vcs-origin: { matches: "github.com/acme/*" }, ${REF}, ${RERUN}`, 'pipeline-unbound every project'],
  [`sub: { matches: "org/0b1c2d3e/*" }`, 'pipeline-unbound every project'],
  [`sub: { matches: "org/0b1c2d3e/project/${UUID}/*" }`, 'rule-on-sub sub'],
  [`${PROJECT}, ${O}/vcs-ref: main, ${ORIGIN}, ${RERUN}`, 'value-impossible refs/'],
  [
    `${PROJECT}, ${O}/vcs-ref: { matches: "refs/heads/main*" }, ${ORIGIN}, ${RERUN}`,
    'pattern-open-end main-evil',
  ],
  [`${O}/project-id: web, ${REF}, ${ORIGIN}, ${RERUN}`, 'value-never-sent UUID'],
  [
    `${PROJECT}, ${REF}, ${RERUN}, ${O}/vcs-origin: "https://github.com/acme/web"`,
    'value-never-sent host/owner',
  ],
];

export const azure: readonly Dangerous[] = [
  [`org_id: ${UUID}`, 'pipeline-unbound every project'],
  ['rpo_ref: refs/heads/main', 'pipeline-unbound every project'],
  ['sub: { matches: "p://acme/*" }, rpo_ref: refs/heads/main', 'pipeline-unbound every project'],
  ['sub: { matches: "p://acme/shop/*" }, rpo_ref: refs/heads/main', 'pipeline-unbound every project'],
  ['def_id: "7"', 'job-kind-admitted any-branch'],
  ['sub: p://acme/shop/deploy', 'job-kind-admitted any-branch'],
  ['def_id: "7", rpo_ref: { matches: "refs/heads/*" }', 'job-kind-admitted any-branch'],
  ['def_id: "7", rpo_ref: { matches: "refs/pull/*" }', 'job-kind-admitted pull-request'],
  ['sub: sc://acme/shop/production', 'job-kind-admitted service-connection'],
  ['def_id: "7", rpo_ref: main', 'value-impossible refs/'],
  ['def_id: "7", rpo_ref: { matches: "refs/heads/main*" }', 'pattern-open-end main-evil'],
  ['def_id: deploy, rpo_ref: refs/heads/main', 'value-impossible number'],
];

const REPOSITORY = `repositoryUuid: "{${UUID}}"`;

export const bitbucket: readonly Dangerous[] = [
  [`workspaceUuid: "{${UUID}}", branchName: main`, 'pipeline-unbound every repository'],
  [REPOSITORY, 'job-kind-admitted any-branch'],
  [`${REPOSITORY}, branchName: { matches: "*" }`, 'job-kind-admitted any-branch'],
  [`${REPOSITORY}, branchName: { matches: "main*" }`, 'pattern-open-end main-evil'],
  [`${REPOSITORY}, branchName: "release/*"`, 'value-impossible matches takes patterns'],
  [`repositoryUuid: ${UUID}, branchName: main`, 'value-never-sent braces'],
];

export const google: readonly Dangerous[] = [
  ['hd: acme.example', 'pipeline-unbound every account'],
  ['email: { matches: "*@acme.example" }', 'binding-missing hd'],
  ['hd: acme.example, email: { matches: "*@acme.example" }', 'pipeline-unbound every account'],
  ['sub: deployer', 'value-never-sent number'],
];

const STS = '/https:~1~1sts.amazonaws.com~1';

export const aws: readonly Dangerous[] = [
  [`${STS}/request_tags/team: web`, 'pipeline-unbound every role'],
  [`${STS}/aws_account: "123456789012"`, 'pipeline-unbound every role'],
  [`${STS}/org_id: o-abc`, 'pipeline-unbound every role'],
  ['sub: { matches: "arn:aws:iam::123456789012:role/*" }', 'pipeline-unbound every role'],
  ['sub: deployer', 'value-never-sent ARN'],
];

const HCP = 'terraform_organization_name: acme';

export const terraform: readonly Dangerous[] = [
  [HCP, 'pipeline-unbound every workspace'],
  [`${HCP}, terraform_project_name: shop, terraform_run_phase: apply`, 'pipeline-unbound every workspace'],
  [`${HCP}, sub: { matches: "organization:acme:*" }`, 'pipeline-unbound every workspace'],
  [`${HCP}, terraform_workspace_name: prod`, 'job-kind-admitted plan'],
  [`${HCP}, terraform_workspace_name: prod, terraform_run_phase: plan`, 'job-kind-admitted plan'],
  [`${HCP}, terraform_workspace_name: prod, terraform_run_phase: Apply`, 'value-never-sent plan, apply'],
  [
    `${HCP}, terraform_workspace_name: { matches: "prod*" }, terraform_run_phase: apply`,
    'pattern-open-end prod-evil',
  ],
  [`${HCP}, terraform_workspace_id: prod, terraform_run_phase: apply`, 'value-never-sent ws-'],
];

export const cluster: readonly Dangerous[] = [
  ['iss: https://cluster.example', 'pipeline-unbound everybody'],
  ['aud: https://sts.test.example', 'pipeline-unbound everybody'],
  ['sub: { matches: "system:serviceaccount:*" }', 'pipeline-unbound everybody'],
  ['sub: { matches: "*" }', 'pipeline-unbound everybody'],
  ['sub: { not_equals: system:serviceaccount:prod:web }', 'pipeline-unbound everybody'],
  ['sub: "system:serviceaccount:prod:*"', 'value-suspect matches takes patterns'],
];

export const sensibleOnOthers: { readonly [issuer: string]: readonly Sensible[] } = {
  circleci: [
    [`${PROJECT}, ${REF}, ${ORIGIN}, ${RERUN}`],
    [`${PROJECT}, ${O}/vcs-ref: { matches: "refs/tags/v*" }, ${ORIGIN}, ${RERUN}`],
    [`${PROJECT}, ${REF}, ${ORIGIN}, ${RERUN}, ${O}/context-ids: { contains: ${UUID} }`],
  ],
  azure: [['def_id: "7", rpo_ref: refs/heads/main'], ['sub: p://acme/shop/deploy, rpo_ref: refs/heads/main']],
  bitbucket: [[`${REPOSITORY}, branchName: main`], [`${REPOSITORY}, deploymentEnvironmentUuid: "{${UUID}}"`]],
  google: [['sub: "112233445566778899001"'], ['email: deployer@acme.example, email_verified: true']],
  aws: [['sub: arn:aws:iam::123456789012:role/deployer']],
  terraform: [
    [`${HCP}, terraform_workspace_name: prod, terraform_run_phase: apply`],
    [`terraform_workspace_id: ws-abc123, terraform_run_phase: apply`],
  ],
  cluster: [['sub: system:serviceaccount:prod:deployer'], ['/kubernetes.io/namespace: prod']],
};
