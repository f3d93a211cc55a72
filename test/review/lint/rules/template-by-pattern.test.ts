import { expect, test } from 'vitest';
import { templateByPattern } from '../../../../lib/review/lint/rules/template-by-pattern.ts';
import { foundInRole, trusting } from '../../../harness/lint.ts';

const WEB = 'organization_slug: acme, pipeline_slug: web, build_source: webhook';
function writing(resource: string): string {
  return `aws:
  role_arn: arn:aws:iam::123456789012:role/web
  policy:
    Version: "2012-10-17"
    Statement: [{ Effect: Allow, Action: "s3:PutObject", Resource: [${resource}] }]`;
}
const BY_BRANCH = { rest: writing('"arn:aws:s3:::a/${build_branch}/*"') };
const PATTERN = `${WEB}, build_branch: { matches: "preview/*" }`;

test('T42: finds the resource that a pattern alone binds', () => {
  expect(foundInRole(templateByPattern, trusting(PATTERN, BY_BRANCH))).toEqual([
    '"arn:aws:s3:::a/${build_branch}/*"',
  ]);
});

test('finds it where one statement of two has the pattern', () => {
  const two = trusting(`${WEB}, build_branch: main`, BY_BRANCH).replace(
    'trust:\n',
    `trust:\n  - iss: https://agent.buildkite.com\n    claims: { ${PATTERN} }\n`,
  );
  expect(foundInRole(templateByPattern, two)).toHaveLength(1);
});

test.each([
  ['a value that is equal', trusting(`${WEB}, build_branch: main`, BY_BRANCH)],
  ['values that are listed', trusting(`${WEB}, build_branch: { in: [a, b] }`, BY_BRANCH)],
  ['a pattern beside a list', trusting(`${WEB}, build_branch: { in: [p/a], matches: "p/*" }`, BY_BRANCH)],
  ['a claim with a pattern that is not filled in', trusting(PATTERN, { rest: writing('"*"') })],
  ['a variable of IAM', trusting(PATTERN, { rest: writing('"arn:aws:s3:::a/${aws:PrincipalTag/team}"') })],
  [
    'a tag',
    trusting(PATTERN, {
      rest: 'aws: { role_arn: "arn:aws:iam::123456789012:role/web", tags: { b: "${build_branch}" } }',
    }),
  ],
])('leaves %s alone', (_name, role) => {
  expect(foundInRole(templateByPattern, role)).toEqual([]);
});
