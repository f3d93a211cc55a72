import { expect, test } from 'vitest';
import { patternOpenEnd } from '../../../../lib/review/lint/rules/pattern-open-end.ts';
import { denying, foundInRole, trusting } from '../../../harness/lint.ts';
import { GITHUB } from '../../../harness/policy.ts';

const GITLAB = { iss: 'https://gitlab.com' };
function github(claims: string) {
  return trusting(claims, { iss: GITHUB });
}

test.each([
  ['a pipeline', trusting('organization_slug: acme, pipeline_slug: { matches: "web*" }'), ['"web*"']],
  ['one character more', trusting('organization_slug: acme, pipeline_slug: { matches: "web?" }'), ['"web?"']],
  ['an end alone', trusting('organization_slug: acme, pipeline_slug: { matches: "*-web" }'), ['"*-web"']],
  [
    'the second of three',
    trusting('organization_slug: acme, pipeline_slug: { matches: ["api-*", "web*", "docs"] }'),
    ['"web*"'],
  ],
  ['a repository', github('repository: { matches: "acme/web*" }'), ['"acme/web*"']],
  [
    'an owner, where even a hyphen ends nothing',
    github('repository: { matches: "acme-*" }, repository_owner_id: "65"'),
    ['"acme-*"'],
  ],
  ['a branch', trusting('organization_slug: acme, build_branch: { matches: "main*" }'), ['"main*"']],
  [
    'a branch, at its beginning',
    trusting('organization_slug: acme, build_branch: { matches: "*main" }'),
    ['"*main"'],
  ],
  ["a fork's branch", trusting('organization_slug: acme, build_branch: { matches: "*:main" }'), ['"*:main"']],
  ['a ref', github('repository: acme/web, ref: { matches: "refs/heads/main*" }'), ['"refs/heads/main*"']],
  ['a ref, at its beginning', github('repository: acme/web, ref: { matches: "*/main" }'), ['"*/main"']],
  [
    'a ref, between',
    github('repository: acme/web, ref: { matches: "refs/heads/*-stable" }'),
    ['"refs/heads/*-stable"'],
  ],
  ['a branch of GitLab', trusting('project_id: "20", ref: { matches: "v*" }', GITLAB), ['"v*"']],
  [
    'an environment, which comes to be when it is named',
    github('repository: acme/web, environment: { matches: "prod-*" }'),
    ['"prod-*"'],
  ],
])('T32: finds an open end of %s', (_name, role, places) => {
  expect(foundInRole(patternOpenEnd, role)).toEqual(places);
});

test.each([
  ['a hyphen', trusting('organization_slug: acme, pipeline_slug: { matches: "web-*" }')],
  ['a slash', github('repository: { matches: "acme/*" }')],
  ['an at sign', github('repository: acme/web, job_workflow_ref: { matches: "acme/ci/deploy.yml@*" }')],
  ['no wildcard at all', trusting('organization_slug: acme, pipeline_slug: { matches: web }')],
  ['branches of a folder', trusting('organization_slug: acme, build_branch: { matches: "release/*" }')],
  ['branches after a hyphen', github('repository: acme/web, ref: { matches: "refs/heads/release-*" }')],
  ['tags', github('repository: acme/web, ref: { matches: "refs/tags/v*" }')],
  ['tags of GitLab', trusting('project_id: "20", ref: { matches: "v*" }, ref_type: tag', GITLAB)],
  ['any branch, which its own rule tells', github('repository: acme/web, ref: { matches: "refs/heads/*" }')],
  [
    'a deny statement, which may be wide',
    denying('organization_slug: acme', 'pipeline_slug: { matches: "web*" }'),
  ],
])('leaves %s alone', (_name, role) => {
  expect(foundInRole(patternOpenEnd, role)).toEqual([]);
});
