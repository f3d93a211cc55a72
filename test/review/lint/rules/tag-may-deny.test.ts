import { expect, test } from 'vitest';
import { tagMayDeny } from '../../../../lib/review/lint/rules/tag-may-deny.ts';
import { foundInRole, trusting } from '../../../harness/lint.ts';
import { GITHUB } from '../../../harness/policy.ts';

const WEB = 'organization_slug: acme, pipeline_slug: web';
const HUB = 'repository: acme/web, ref: refs/heads/main';

function tags(value: string): string {
  return `aws: { role_arn: "arn:aws:iam::123456789012:role/web", tags: { t: ${value} } }`;
}
function claim(value: string): string {
  return `jwt: { audience: a, claims: { t: ${value} } }`;
}

test.each([
  ['the key of a step', trusting(WEB, { rest: tags('"${step_key}"') }), ['"${step_key}"']],
  ['a git tag', trusting(WEB, { rest: tags('"v-${build_tag}"') }), ['"v-${build_tag}"']],
  [
    'one that a rule lets be null',
    trusting(`${WEB}, step_key: null`, { rest: tags('"${step_key}"') }),
    ['"${step_key}"'],
  ],
  ['an environment', trusting(HUB, { iss: GITHUB, rest: tags('"${environment}"') }), ['"${environment}"']],
  ['a claim of a JWT', trusting(WEB, { rest: claim('["${step_key}"]') }), ['"${step_key}"']],
])('R16: finds %s, without which a job is denied', (_name, role, places) => {
  expect(foundInRole(tagMayDeny, role)).toEqual(places);
});

test.each([
  ['a tag with a literal', trusting(WEB, { rest: tags('{ value: "${step_key}", else: none }') })],
  ['a claim that is demanded', trusting(`${WEB}, step_key: { in: [a, b] }`, { rest: tags('"${step_key}"') })],
  [
    'a claim that is not null',
    trusting(`${WEB}, step_key: { not_equals: null }`, { rest: tags('"${step_key}"') }),
  ],
  ['a pattern', trusting(`${WEB}, build_tag: { matches: "v*" }`, { rest: tags('"${build_tag}"') })],
  ['what every job has', trusting(WEB, { rest: tags('"${build_branch}"') })],
  ['the subject', trusting(HUB, { iss: GITHUB, rest: tags('"${jti}"') })],
  ['what is there when asked for', trusting(WEB, { rest: tags('"${queue_key}"') })],
])('leaves %s alone', (_name, role) => {
  expect(foundInRole(tagMayDeny, role)).toEqual([]);
});
