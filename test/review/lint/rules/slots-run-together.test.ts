import { expect, test } from 'vitest';
import { slotsRunTogether } from '../../../../lib/review/lint/rules/slots-run-together.ts';
import { foundInRole, trusting } from '../../../harness/lint.ts';
import { GITHUB } from '../../../harness/policy.ts';

const ARN = 'role_arn: "arn:aws:iam::123456789012:role/web"';
const ANY = 'organization_slug: acme, pipeline_slug: { matches: "web-*" }, build_branch: { matches: "*" }';
function tagging(value: string, claims = ANY): string {
  return trusting(claims, { rest: `aws: { ${ARN}, tags: { t: "${value}" } }` });
}
function reaching(resource: string): string {
  return trusting(ANY, {
    rest: `aws: { ${ARN}, policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "s3:*", Resource: "${resource}" }] } }`,
  });
}
function onGithub(value: string): string {
  return trusting('repository: { matches: "acme/*" }', {
    iss: GITHUB,
    rest: `jwt: { audience: https://api.test.example, claims: { t: "${value}" } }`,
  });
}

test.each([
  ['a hyphen after a slug', tagging('${pipeline_slug}-${build_branch}')],
  ['nothing between', tagging('${pipeline_slug}${build_branch}')],
  ['a slash after a branch', tagging('${build_branch}/${pipeline_slug}')],
  ['a colon after a branch, which a fork has', tagging('${build_branch}:${pipeline_slug}')],
  ['a resource', reaching('arn:aws:s3:::a/${pipeline_slug}-${build_branch}/*')],
  ['the second pair of three', tagging('${build_number}/${pipeline_slug}-${build_branch}')],
  ['a claim of which nothing is known', onGithub('${environment}/${ref}')],
  [
    'listed values of which one goes on where another ends',
    tagging(
      '${pipeline_slug}-${build_branch}',
      'organization_slug: acme, pipeline_slug: { in: [web, web-api] }',
    ),
  ],
])('P17: finds %s', (_name, role) => {
  expect(foundInRole(slotsRunTogether, role)).toHaveLength(1);
});

test.each([
  ['a slash after a slug', tagging('${pipeline_slug}/${build_branch}')],
  ['a resource', reaching('arn:aws:s3:::a/${pipeline_slug}/${build_branch}/*')],
  ['a number', tagging('${build_number}-${build_branch}')],
  ['a commit, whose length is known', onGithub('${sha}${ref}')],
  ['an id of digits', onGithub('${repository_id}-${ref}')],
  ['one claim twice', tagging('${build_branch}-${build_branch}')],
  ['one claim', tagging('a-${build_branch}-b')],
  ['a variable of IAM', reaching('arn:aws:s3:::a/${pipeline_slug}-${aws:username}')],
  [
    'listed values that end apart',
    tagging('${pipeline_slug}-${build_branch}', 'organization_slug: acme, pipeline_slug: { in: [web, api] }'),
  ],
])('P17: leaves %s alone', (_name, role) => {
  expect(foundInRole(slotsRunTogether, role)).toEqual([]);
});
