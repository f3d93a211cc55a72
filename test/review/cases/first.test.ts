import { describe, expect, test } from 'vitest';
import type { Role } from '../../../lib/policy/role.ts';
import { parseCases } from '../../../lib/review/cases/cases.ts';
import { writeFirstCases } from '../../../lib/review/cases/first.ts';
import { listCaseFindings } from '../../../lib/review/cases/report.ts';
import { checkCases } from '../../../lib/review/cases/tested.ts';
import type { Case } from '../../../lib/review/cases/trial.ts';
import { NoComplaints } from '../../harness/complaints.ts';
import { BUILDKITE, GITHUB, ISSUERS, roleFrom, rowsFrom, settingOf } from '../../harness/policy.ts';

const ROWS = rowsFrom(ISSUERS);
function roleOf(yaml: string): Role {
  return roleFrom(yaml, settingOf(ROWS));
}

function written(role: Role, rows = ROWS) {
  return parseCases(
    'first.test.yml',
    writeFirstCases({ policy: role, rows }),
    { role, issuers: rows },
    new NoComplaints(),
  );
}
function casesOf(yaml: string): readonly Case[] {
  return written(roleOf(yaml))?.cases ?? [];
}

function trust(claims: string, more = ''): string {
  return `trust:\n  - { iss: ${BUILDKITE}, id: one, claims: { organization_slug: acme, ${claims} }${more} }\n`;
}

const ROLES: readonly [string, string][] = [
  ['equality', trust('build_branch: main, build_tag: null')],
  ['lists', trust('pipeline_slug: { in: [a, b] }, build_source: { not_in: [ui, api] }')],
  ['patterns', trust('build_branch: { matches: ["release/*", "v?.*"] }, build_tag: { not_equals: null }')],
  [
    'two statements that overlap',
    `${trust('build_branch: main')}  - { iss: ${BUILDKITE}, claims: { organization_slug: acme } }\n`,
  ],
  [
    'two issuers',
    `${trust('build_branch: main')}  - { iss: ${GITHUB}, claims: { repository: acme/web, environment: production } }\n`,
  ],
  [
    'an issuer whose jobs are not known',
    'trust: [{ iss: https://plain.example, claims: { tenant: acme, roles: { contains: admin }, n: 7 } }]\n',
  ],
  [
    'a claim within a claim',
    trust('"/https:~1~1aws.amazon.com~1tags/principal_tags": { contains: x }').replace(
      'contains: x',
      'equals: x',
    ),
  ],
  [
    'a denial',
    `${trust('build_branch: main')}deny:\n  - { iss: ${BUILDKITE}, claims: { queue_key: { in: [a, b] }, build_source: ui } }\n`,
  ],
  ['an address', trust('build_branch: main', ', request: { source_ip: { in: [203.0.113.0/24] } }')],
  ['an end', trust('build_branch: main', ', until: 2027-01-31T12:00:00Z')],
  ['an end that is long past', trust('build_branch: main', ', until: 2020-01-31T12:00:00Z')],
  ['a rule on sub', trust('sub: { matches: "organization:acme:*" }')],
];

describe('a first set passes, covers everything and notices every loss, for', () => {
  test.each(ROLES)('%s', (_name, yaml) => {
    const role = roleOf(yaml);
    const tested = { policy: role, path: 'first.test.yml', written: written(role) };
    const result = checkCases(tested, ROWS, { coverage: true, mutate: true });
    expect([listCaseFindings(result), result.trials.length > 1]).toEqual([[], true]);
  });
});

test('each trust statement has a case that it allows', () => {
  const { 1: yaml = '' } = ROLES[4] ?? [];
  const allowed = casesOf(yaml).flatMap(({ expected }) => ('allow' in expected ? [expected.allow] : []));
  expect(allowed).toEqual(['one', 'trust[1]']);
});

test('jobs that are known by name are asked for by name', () => {
  const text = writeFirstCases({
    policy: roleOf(trust('build_branch: main, build_tag: null, build_source: webhook')),
    rows: ROWS,
  });
  expect(text.match(/^ {4}(from|as): buildkite\/.*$/gm)).toEqual([
    '    from: buildkite/push',
    '    as: buildkite/branch',
    '    as: buildkite/tag-named-main',
    '    as: buildkite/manual',
  ]);
});

test('of two issuers of one preset, the one that is meant is named', () => {
  const other = 'https://oidc.circleci.com/org/1c2d3e4f';
  const rows = rowsFrom(`${ISSUERS}\n- preset: circleci\n  issuer: ${other}\n`);
  const claims = '{ oidc.circleci.com/project-id: 1c2d3e4f-5061-4b7c-9d8e-0f1a2b3c4d5e }';
  const role = roleFrom(`trust: [{ iss: ${other}, id: one, claims: ${claims} }]\n`, settingOf(rows));
  expect(written(role, rows)?.cases[0]?.claims['iss']).toBe(other);
});
