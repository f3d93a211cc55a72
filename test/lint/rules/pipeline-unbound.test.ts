import { expect, test } from 'vitest';
import { pipelineUnbound } from '../../../lib/lint/rules/pipeline-unbound.ts';
import { BROKER, foundBy, foundInRole, trusting } from '../../harness/lint.ts';
import { GITHUB } from '../../harness/policy.ts';

const GITLAB = { iss: 'https://gitlab.com' };

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
  ['a namespace', trusting('namespace_path: acme', GITLAB)],
  ['a domain of Google', trusting('hd: acme.example', { iss: 'https://accounts.google.com' })],
])('T31: finds %s', (_name, role) => {
  expect(foundInRole(pipelineUnbound, role)).toEqual(['iss']);
});

test.each([
  ['a pipeline', trusting('organization_slug: acme, pipeline_slug: web')],
  ['a pipeline by its id', trusting('organization_slug: acme, pipeline_id: abc')],
  ['pipelines by a pattern', trusting('organization_slug: acme, pipeline_slug: { matches: "web-*" }')],
  ['an actor of GitHub', trusting('repository: { matches: "acme/*" }, actor: bot', { iss: GITHUB })],
  [
    'a property of repositories',
    trusting('repository_owner: acme, repo_property_team: web', { iss: GITHUB }),
  ],
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
