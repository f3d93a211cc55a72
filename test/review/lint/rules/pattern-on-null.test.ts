import { expect, test } from 'vitest';
import { patternOnNull } from '../../../../lib/review/lint/rules/pattern-on-null.ts';
import { denying, foundInRole, trusting } from '../../../harness/lint.ts';

const WEB = 'organization_slug: acme, pipeline_slug: web';

test.each([
  ['a tag', trusting(`${WEB}, build_tag: { matches: "v*" }`), ['"v*"']],
  ['several patterns, once', trusting(`${WEB}, step_key: { matches: ["a-*", "b-*"] }`), ['"a-*"']],
])('T25: finds a pattern on %s', (_name, role, places) => {
  expect(foundInRole(patternOnNull, role)).toEqual(places);
});

test.each([
  ['a pattern beside not_equals: null', trusting(`${WEB}, build_tag: { matches: "v*", not_equals: null }`)],
  ['an equality', trusting(`${WEB}, build_tag: v1`)],
  ['a branch, which is never null', trusting(`${WEB}, build_branch: { matches: "v*" }`)],
  ['a deny statement, which Buildkite does not have', denying(WEB, 'build_tag: { matches: "v*" }')],
])('leaves %s alone', (_name, role) => {
  expect(foundInRole(patternOnNull, role)).toEqual([]);
});
