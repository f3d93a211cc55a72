import { expect, test } from 'vitest';
import { branchAlone } from '../../../lib/lint/rules/branch-alone.ts';
import { denying, foundInRole, trusting } from '../../harness/lint.ts';
import { GITHUB } from '../../harness/policy.ts';

const WEB = 'organization_slug: acme, pipeline_slug: web';
const GITLAB = { iss: 'https://gitlab.com' };

test.each([
  ['main', trusting(`${WEB}, build_branch: main`), ['build_branch']],
  ['a pattern', trusting(`${WEB}, build_branch: { matches: ["main", "release/*"] }`), ['build_branch']],
  ['a ref of GitLab', trusting('project_id: "20", ref: main', GITLAB), ['ref']],
  [
    'the flat form',
    'contact: "#us"\ntrust:\n  - iss: https://agent.buildkite.com\n    organization_slug: acme\n    build_branch: main\njwt: { audience: https://api.test.example }\n',
    ['build_branch'],
  ],
])('finds %s alone', (_name, role, places) => {
  expect(foundInRole(branchAlone, role)).toEqual(places);
});

test.each([
  ['a branch beside the tag', trusting(`${WEB}, build_branch: main, build_tag: null`)],
  ['a branch beside its source', trusting(`${WEB}, build_branch: main, build_source: webhook`)],
  ['a branch that is excluded', trusting(`${WEB}, build_branch: { not_equals: main }`)],
  ['any branch', trusting(`${WEB}, build_branch: { matches: "*" }`)],
  ['a branch that is denied', denying(WEB, 'build_branch: test')],
  [
    'a ref of GitHub, which says what it is',
    trusting('repository: acme/web, ref: refs/heads/main', { iss: GITHUB }),
  ],
  ['a protected ref of GitLab', trusting('project_id: "20", ref: main, ref_protected: "true"', GITLAB)],
])('leaves %s alone', (_name, role) => {
  expect(foundInRole(branchAlone, role)).toEqual([]);
});
