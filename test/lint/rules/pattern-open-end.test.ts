import { expect, test } from 'vitest';
import { patternOpenEnd } from '../../../lib/lint/rules/pattern-open-end.ts';
import { denying, foundInRole, trusting } from '../../harness/lint.ts';
import { GITHUB } from '../../harness/policy.ts';

const github = (claims: string) => trusting(claims, { iss: GITHUB });

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
  [
    'a branch, which is no name of anyone',
    trusting('organization_slug: acme, build_branch: { matches: "rel*" }'),
  ],
  [
    'a deny statement, which may be wide',
    denying('organization_slug: acme', 'pipeline_slug: { matches: "web*" }'),
  ],
])('leaves %s alone', (_name, role) => {
  expect(foundInRole(patternOpenEnd, role)).toEqual([]);
});
