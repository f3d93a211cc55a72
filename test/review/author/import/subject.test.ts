import { describe, expect, test } from 'vitest';
import type { ClaimRule } from '../../../../lib/review/author/import/imported.ts';
import { explainImpossible, readSubjects } from '../../../../lib/review/author/import/subject.ts';
import { BUILDKITE, GITHUB } from '../../../harness/policy.ts';

const GITLAB = 'https://gitlab.com';
const TERRAFORM = 'https://app.terraform.io';
const CIRCLECI = 'https://oidc.circleci.com/org/0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d';
const BITBUCKET = 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const UUID = '{1c2d3e4f-5061-4b7c-9d8e-0f1a2b3c4d5e}';
const OTHER = '{2d3e4f50-6172-4c8d-ae9f-1a2b3c4d5e6f}';

function like(...subjects: string[]): ClaimRule {
  return { matches: subjects };
}
const acme = { organization_slug: { equals: 'acme' } };
const web = { ...acme, pipeline_slug: { equals: 'web' } };
const main = { build_branch: { equals: 'main' }, build_tag: { equals: null } };

describe('claims stand instead of sub:', () => {
  test.each<[name: string, iss: string, rule: ClaimRule, rules: object[]]>([
    ['a pipeline', BUILDKITE, like('organization:acme:pipeline:web:*'), [web]],
    ['an organization', BUILDKITE, like('organization:acme:*'), [acme]],
    [
      'a pipeline whose name may go on',
      BUILDKITE,
      like('organization:acme:pipeline:web*'),
      [{ ...acme, pipeline_slug: { matches: 'web*' } }],
    ],
    [
      'a branch of P24',
      BUILDKITE,
      like('organization:acme:pipeline:web:ref:refs/heads/main:commit:*:step:*'),
      [{ ...web, ...main }],
    ],
    [
      'a branch',
      BUILDKITE,
      like('organization:acme:pipeline:web:ref:refs/heads/main:*'),
      [{ ...web, ...main }],
    ],
    [
      'a tag and a step',
      BUILDKITE,
      like('organization:acme:pipeline:web:ref:refs/tags/v*:commit:*:step:deploy'),
      [{ ...web, build_tag: { matches: 'v*' }, step_key: { equals: 'deploy' } }],
    ],
    [
      'a commit without a step',
      BUILDKITE,
      { equals: 'organization:acme:pipeline:web:ref:refs/heads/main:commit:abc:step:' },
      [{ ...web, ...main, build_commit: { equals: 'abc' }, step_key: { equals: null } }],
    ],
    [
      'any pipeline on a branch',
      BUILDKITE,
      like('organization:acme:pipeline:*:ref:refs/heads/main:*'),
      [{ ...acme, ...main }],
    ],
    [
      'two that differ in one part',
      BUILDKITE,
      like('organization:acme:pipeline:web:*', 'organization:acme:pipeline:api:*'),
      [{ ...acme, pipeline_slug: { in: ['web', 'api'] } }],
    ],
    [
      'two that differ in more',
      BUILDKITE,
      like('organization:acme:pipeline:web:*', 'organization:evil:pipeline:api:*'),
      [web, { organization_slug: { equals: 'evil' }, pipeline_slug: { equals: 'api' } }],
    ],
    [
      'GitLab, a branch',
      GITLAB,
      { equals: 'project_path:acme/web:ref_type:branch:ref:main' },
      [{ project_path: { equals: 'acme/web' }, ref_type: { equals: 'branch' }, ref: { equals: 'main' } }],
    ],
    [
      'GitLab, a project',
      GITLAB,
      like('project_path:acme/web:*'),
      [{ project_path: { equals: 'acme/web' } }],
    ],
    [
      'GitLab, a group',
      GITLAB,
      like('project_path:acme/*:ref_type:tag:ref:*'),
      [{ project_path: { matches: 'acme/*' }, ref_type: { equals: 'tag' } }],
    ],
    [
      'HCP Terraform',
      TERRAFORM,
      like('organization:acme:project:Default Project:workspace:web:run_phase:*'),
      [
        {
          terraform_organization_name: { equals: 'acme' },
          terraform_project_name: { equals: 'Default Project' },
          terraform_workspace_name: { equals: 'web' },
        },
      ],
    ],
    [
      'CircleCI',
      CIRCLECI,
      like('org/0b1c/project/1c2d/user/*'),
      [
        {
          'oidc.circleci.com/org-id': { equals: '0b1c' },
          'oidc.circleci.com/project-id': { equals: '1c2d' },
        },
      ],
    ],
    ['Bitbucket', BITBUCKET, like(`${UUID}:*`), [{ repositoryUuid: { equals: UUID } }]],
    [
      'Bitbucket, an environment',
      BITBUCKET,
      like(`${UUID}:${OTHER}:*`),
      [{ repositoryUuid: { equals: UUID }, deploymentEnvironmentUuid: { equals: OTHER } }],
    ],
    [
      'GitHub with ids',
      GITHUB,
      like('repo:acme@65/web@74:*'),
      [
        {
          repository_owner: { equals: 'acme' },
          repository_owner_id: { equals: '65' },
          repository: { equals: 'acme/web' },
          repository_id: { equals: '74' },
        },
      ],
    ],
    [
      'GitHub with ids and an environment',
      GITHUB,
      { equals: 'repo:acme@65/web@74:environment:prod' },
      [expect.objectContaining({ repository_id: { equals: '74' }, environment: { equals: 'prod' } })],
    ],
  ])('%s', (_name, iss, rule, rules) => {
    expect(readSubjects(iss, rule)).toEqual({ rules, kept: false });
  });
});

const repository = { repository_owner: { equals: 'acme' }, repository: { equals: 'acme/web' } };

describe('sub stays, with claims beside it:', () => {
  test.each<[name: string, iss: string, rule: ClaimRule, beside: object]>([
    [
      'a branch of GitHub, since a job with an environment has the claim and not the sub',
      GITHUB,
      { equals: 'repo:acme/web:ref:refs/heads/main' },
      { ...repository, ref: { equals: 'refs/heads/main' } },
    ],
    ['a repository of GitHub, whose name another may take over', GITHUB, like('repo:acme/web:*'), repository],
    [
      'an environment of GitHub, likewise',
      GITHUB,
      { equals: 'repo:acme/web:environment:prod' },
      { ...repository, environment: { equals: 'prod' } },
    ],
    ['an environment with a colon', GITHUB, { equals: 'repo:acme/web:environment:a%3Ab' }, repository],
    [
      'a branch of a repository with ids',
      GITHUB,
      { equals: 'repo:acme@65/web@74:ref:refs/heads/main' },
      {
        ...repository,
        repository_owner_id: { equals: '65' },
        repository_id: { equals: '74' },
        ref: { equals: 'refs/heads/main' },
      },
    ],
    ['an owner', GITHUB, like('repo:acme/*'), { repository_owner: { equals: 'acme' } }],
    [
      'repositories by a pattern',
      GITHUB,
      like('repo:acme/web-*x:ref:refs/heads/main'),
      {
        repository_owner: { equals: 'acme' },
        repository: { matches: 'acme/web-*' },
        ref: { equals: 'refs/heads/main' },
      },
    ],
    [
      'pull requests, of which no claim says it alone',
      GITHUB,
      { equals: 'repo:acme/web:pull_request' },
      repository,
    ],
    [
      'what all of several say',
      GITHUB,
      like('repo:acme/web:ref:refs/heads/main', 'repo:acme/api:environment:prod'),
      { repository_owner: { equals: 'acme' }, repository: { in: ['acme/web', 'acme/api'] } },
    ],
    [
      'a subject of claims, as an organization may have it',
      GITHUB,
      { equals: 'repository_owner:acme:environment:prod' },
      { repository_owner: { equals: 'acme' }, environment: { equals: 'prod' } },
    ],
    [
      'a subject of claims up to a wildcard',
      GITHUB,
      like('repository_owner_id:65:ref:*:actor:x'),
      { repository_owner_id: { equals: '65' } },
    ],
    ['an organization whose name may go on', BUILDKITE, like('organization:acme*:x'), {}],
    ['an end that no sub of Buildkite has', BUILDKITE, like('organization:acme:pipeline:web'), {}],
    ['a wildcard in the place of labels', BUILDKITE, like('organization:acme:*:ref:x'), {}],
    ['an id that the job chose', BUILDKITE, { equals: '01945ecf-80f0-41e8-9b83-a2970a9305a1' }, {}],
    ['one of several that names nothing', BUILDKITE, like('organization:a:*', '*'), {}],
    ['a negation', BUILDKITE, { not_equals: 'organization:acme:x' }, {}],
    ['a star that is meant', BUILDKITE, { equals: 'organization:acme:*' }, {}],
    ['a person of CircleCI', CIRCLECI, { equals: 'org/0b1c/project/1c2d/user/3e4f' }, {}],
    ['an issuer without a form', 'https://ci.example', { equals: 'organization:acme:x' }, {}],
  ])('%s', (_name, iss, rule, beside) => {
    expect(readSubjects(iss, rule)).toEqual({ rules: [beside], kept: true });
  });
});

test('a ref that Buildkite never writes is told', () => {
  const of = (ref: string) => explainImpossible(BUILDKITE, `organization:acme:pipeline:web:ref:${ref}:*`);
  expect([of('main'), of('refs/heads/main'), of('*'), of('refs*')]).toEqual([
    expect.stringContaining('refs/heads/main'),
    ...[undefined, undefined, undefined],
  ]);
  expect(explainImpossible(GITHUB, 'repo:acme/web:ref:main')).toBeUndefined();
});
