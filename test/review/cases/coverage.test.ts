import { describe, expect, test } from 'vitest';
import { findUncovered } from '../../../lib/review/cases/coverage.ts';
import { runCases } from '../../../lib/review/cases/trial.ts';
import { casesFrom } from '../../harness/cases.ts';
import { BUILDKITE, roleFrom, rowsFrom, settingOf } from '../../harness/policy.ts';

const ROWS = rowsFrom('- preset: buildkite\n  require: { organization_slug: { in: [acme, other] } }');
const ROLE = roleFrom(
  `trust:
  - iss: ${BUILDKITE}
    id: main
    claims: { organization_slug: acme, build_branch: main, build_tag: { matches: "v*", not_equals: null } }
deny:
  - iss: ${BUILDKITE}
    id: untrusted
    claims: { queue_key: untrusted, build_source: ui }
`,
  settingOf(ROWS),
);

const MAIN =
  'organization_slug: acme, build_branch: main, build_tag: v1, queue_key: default, build_source: api';

/** What these changes of a push to main, a case each, leave uncovered. */
function left(changes: readonly string[], rows = ROWS): string[] {
  const cases = ['build_branch: main', ...changes]
    .map((each, at) => `{ name: "${at}", from: main, claims: { ${each} }, deny: role_disabled }`)
    .join(', ');
  const source = `cases: [{ name: main, claims: { ${MAIN} }, allow: main }, ${cases}]`;
  const trials = runCases(ROLE, rows, casesFrom(source, { role: ROLE, issuers: ROWS }));
  return findUncovered(ROLE, trials, rows).map(({ statement, condition }) =>
    [statement.id, condition?.name, condition?.operator].filter(Boolean).join(' '),
  );
}

const ALL = [
  'organization_slug: other',
  'build_branch: dev',
  'build_tag: null',
  'queue_key: untrusted',
  'build_source: ui',
  'queue_key: untrusted, build_source: ui',
];
function but(index: number, ...instead: string[]): string[] {
  return [...ALL.toSpliced(index, 1), ...instead];
}

test('nothing is left when each condition is alone in the way once, and each statement applies', () => {
  expect(left(ALL)).toEqual([]);
});

describe('what is left is', () => {
  test.each<[string, string[], string[]]>([
    ['a condition that no case fails', but(1), ['main build_branch equals']],
    [
      'a condition that fails beside another alone',
      but(1, 'build_branch: dev, build_tag: x'),
      ['main build_branch equals'],
    ],
    [
      'of two conditions on a claim the one that never fails',
      but(2, 'build_tag: x1'),
      ['main build_tag not_equals'],
    ],
    ['a deny that never strikes', but(5), ['untrusted']],
    ['a condition of a deny that never spares', but(3), ['untrusted build_source equals']],
    [
      'a condition of a deny that is in doubt, which spares nobody',
      but(4, 'queue_key: [default]'),
      ['untrusted queue_key equals'],
    ],
  ])('%s', (_name, changes, expected) => {
    expect(left(changes)).toEqual(expected);
  });
});

describe('covered is', () => {
  test.each<[string, string[]]>([
    ['a condition that is in doubt in a trust', but(1, 'build_branch: [main]')],
    ['a condition that fails together with another on the same claim', ALL],
    ['a condition behind the guard', but(0, 'organization_slug: acme-evil')],
  ])('%s', (_name, changes) => {
    expect(left(changes)).not.toContain('main organization_slug equals');
    expect(left(changes)).not.toContain('main build_branch equals');
    expect(left(changes)).not.toContain('main build_tag matches');
  });

  test('a condition that the guard has in the same words', () => {
    const same = rowsFrom('- preset: buildkite\n  require: { organization_slug: acme }');
    expect(left(but(0), same)).toEqual([]);
    expect(left(but(0))).toEqual(['main organization_slug equals']);
  });
});
