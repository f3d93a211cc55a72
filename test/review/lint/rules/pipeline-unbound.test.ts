import { expect, test } from 'vitest';
import { pipelineUnbound } from '../../../../lib/review/lint/rules/pipeline-unbound.ts';
import { BROKER, foundBy, foundInRole, trusting } from '../../../harness/lint.ts';
import { GITHUB } from '../../../harness/policy.ts';

const GITLAB = { iss: 'https://gitlab.com' };
const AWS = { iss: 'https://0b1c2d3e.tokens.sts.global.api.aws' };

test.each([
  ['the organization alone', trusting('organization_slug: acme, build_branch: main')],
  ['all but one pipeline', trusting('organization_slug: acme, pipeline_slug: { not_equals: web }')],
  ['any pipeline', trusting('organization_slug: acme, pipeline_slug: { matches: "*" }')],
  ['a queue, which any pipeline may name', trusting('organization_slug: acme, queue_key: deploy')],
  ['every repository of an owner', trusting('repository: { matches: "acme/*" }', { iss: GITHUB })],
  [
    'one repository and every one of an owner',
    trusting('repository: { matches: ["acme/web", "acme/*"] }', { iss: GITHUB }),
  ],
  ['whoever is called so', trusting('repository: { matches: "acme/*" }, actor: bot', { iss: GITHUB })],
  ['a login of GitLab', trusting('namespace_path: acme, user_login: alice', GITLAB)],
  ['every repository that has a letter', trusting('repository: { matches: "acme/?*" }', { iss: GITHUB })],
  [
    'every repository by sub',
    trusting('repository_owner: acme, sub: { matches: "repo:acme/*:*" }', { iss: GITHUB }),
  ],
  [
    'every repository whose owner begins so, by sub',
    trusting('repository_owner: acme, sub: { matches: "repo:acme*" }', { iss: GITHUB }),
  ],
  [
    'every project by sub',
    trusting('namespace_path: acme, sub: { matches: "project_path:acme/*:ref:main" }', GITLAB),
  ],
  ['every pipeline by sub', trusting('organization_slug: acme, sub: { matches: "organization:acme:*" }')],
  ['a tag of the request', trusting('/https:~1~1sts.amazonaws.com~1/request_tags/team: web', AWS)],
  ['every role of the account', trusting('sub: { matches: "arn:aws:iam::123456789012:role/*" }', AWS)],
  ['a namespace', trusting('namespace_path: acme', GITLAB)],
  ['a domain of Google', trusting('hd: acme.example', { iss: 'https://accounts.google.com' })],
])('T31: finds %s', (_name, role) => {
  expect(foundInRole(pipelineUnbound, role)).toEqual(['iss']);
});

test.each([
  ['a pipeline', trusting('organization_slug: acme, pipeline_slug: web')],
  ['a pipeline by its id', trusting('organization_slug: acme, pipeline_id: abc')],
  ['pipelines by a pattern', trusting('organization_slug: acme, pipeline_slug: { matches: "web-*" }')],
  [
    'a property of repositories',
    trusting('repository_owner: acme, repo_property_team: web', { iss: GITHUB }),
  ],
  [
    'a repository by sub',
    trusting('repository_owner: acme, sub: { matches: "repo:acme/web:*" }', { iss: GITHUB }),
  ],
  ['a role by its ARN', trusting('sub: arn:aws:iam::123456789012:role/ci', AWS)],
  ['a project', trusting('project_id: "20"', GITLAB)],
  [
    'a context of CircleCI',
    trusting('oidc.circleci.com/context-ids: { contains: abc }', {
      iss: 'https://oidc.circleci.com/org/0b1c2d3e',
    }),
  ],
  ['an issuer that nothing is known of', trusting('tenant: acme', { iss: 'https://plain.example' })],
])('leaves %s alone', (_name, role) => {
  expect(foundInRole(pipelineUnbound, role)).toEqual([]);
});

test('a guard that binds the pipeline speaks for every role', () => {
  const broker = BROKER.replace('buildkite', 'buildkite\n    require: { pipeline_slug: { in: [web, api] } }');
  const role = trusting('organization_slug: acme');
  expect(foundBy(pipelineUnbound, { 'broker.yml': broker, 'roles/a.yml': role })).toEqual([]);
});

const CLUSTER = 'https://cluster.example';
function ofCluster(claims: string): string[] {
  return foundBy(pipelineUnbound, {
    'broker.yml': `${BROKER}  - issuer: ${CLUSTER}\n    jwks_uri: ${CLUSTER}/keys\n    single_tenant: true\n`,
    'roles/a.yml': trusting(claims, { iss: CLUSTER }),
  });
}

test.each([
  ['the issuer as the only claim', `iss: ${CLUSTER}`],
  ['an audience', 'aud: https://sts.test.example'],
  ['every account of the cluster', 'sub: { matches: "system:serviceaccount:*" }'],
])('of an issuer that nothing is known of, finds %s', (_name, claims) => {
  expect(ofCluster(claims)).toEqual(['iss']);
});

test.each([
  ['one account', 'sub: system:serviceaccount:prod:deployer'],
  ['a namespace', 'sub: { matches: "system:serviceaccount:prod:*" }'],
  ['a pointer', '/kubernetes.io/namespace: prod'],
])('of an issuer that nothing is known of, leaves %s alone', (_name, claims) => {
  expect(ofCluster(claims)).toEqual([]);
});

function pushing(claims: string, repository: string): string {
  return trusting(claims, {
    rest: `github:\n  app: Iv1.a\n  owner: acme\n  repositories: ["${repository}"]\n  permissions: { read: { contents: read } }`,
  }).replace('    claims', '    scopes: [read]\n    claims');
}

test("R15: a target that is each caller's own leaves nothing to bind", () => {
  const claims = 'organization_slug: acme, pipeline_slug: { matches: "*" }';
  expect(foundInRole(pipelineUnbound, pushing(claims, '${pipeline_slug}'))).toEqual([]);
  expect(foundInRole(pipelineUnbound, pushing(claims, 'web'))).toEqual(['iss']);
});
