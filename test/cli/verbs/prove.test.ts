import { describe, expect, test } from 'vitest';
import { runLine } from '../../harness/command-line.ts';
import { configFiles, folderOf } from '../../harness/local.ts';
import { BUILDKITE } from '../../harness/policy.ts';

function sentence(id: string, more: string): string {
  return `- id: ${id}\n  says: A sentence.\n  ${more}\n`;
}
const HOLDS = sentence(
  'holds',
  `never: [{ iss: ${BUILDKITE}, claims: { organization_slug: { not_equals: acme } } }]`,
);
const BREAKS = sentence('breaks', `only: [{ iss: ${BUILDKITE}, claims: { build_branch: main } }]`);

function proved(invariants: string | undefined, words: readonly string[] = []) {
  const files = invariants === undefined ? {} : { 'invariants.yml': invariants };
  return runLine(['prove', ...words], { KITE_STS_CONFIG: folderOf({ ...configFiles(), ...files }) });
}

describe('the exit code', () => {
  test.each([
    ['0 when all are proved', HOLDS, 0],
    ['2 when one is refuted', HOLDS + BREAKS, 2],
    ['1 when the file is missing', undefined, 1],
    ['1 when the file is not sound', '- { id: one }\n', 1],
  ])('is %s', async (_name, invariants, exits) => {
    expect((await proved(invariants)).exits).toBe(exits);
  });
});

test('a missing file is told with the page that has one', async () => {
  const { error } = await proved(undefined);
  expect(error).toMatch(/^kite-sts prove: \S.*invariants\.yml.*docs\/guides\/policy-changes\.md/);
});

test('a refutation names the role and shows a token', async () => {
  const { out } = await proved(BREAKS);
  expect(out).toMatch(
    /^refuted {3}breaks: A sentence\. \(3 roles\)\n {4}role release has a token .*\n {6}\{"iss":/,
  );
});

test('as JSON it says for each sentence how it ended', async () => {
  const { out } = await proved(HOLDS + BREAKS, ['--json']);
  expect(JSON.parse(out)).toMatchObject([
    { id: 'holds', verdict: 'proved', broken: [] },
    { id: 'breaks', verdict: 'refuted', broken: [{ role: 'release', by: 'only' }] },
  ]);
});
