import { describe, expect, test } from 'vitest';
import { findDialectFindings } from '../../../lib/cli/dialect.ts';
import { DIALECT } from '../../../lib/review/lint/dialect.ts';
import { folderOf } from '../../harness/local.ts';
import { code, rowsUnder } from '../../harness/markdown.ts';
import { BUILDKITE, GITHUB } from '../../harness/policy.ts';

/** What is found in a policy: each rule with its line and column. */
function foundIn(policy: string): string[] {
  return findDialectFindings(`${folderOf({ 'policy.yml': policy })}/policy.yml`).map(
    ({ rule, place }) => `${rule} ${place.line}:${place.column}`,
  );
}

/** A statement of Buildkite's own form; its claims begin on line 3, and the last are on line 4, column 5. */
function statement(claims: string, scopes = 'scopes: [read_packages]'): string {
  return `- iss: ${BUILDKITE}\n  ${scopes}\n  claims:\n    ${claims}\n    organization_slug: acme\n`;
}

describe('a policy that both read alike', () => {
  test.each<[string, string]>([
    ['of one claim', statement('pipeline_slug: web')],
    ['of every operator', statement('pipeline_slug: { in: [web, api], not_equals: old, matches: "*" }')],
    ['with a pattern that keeps null out', statement('build_tag: { matches: "v*", not_equals: null }')],
    ['with a list that keeps null out', statement('build_tag: { not_in: [v0, null], matches: "v*" }')],
    [
      'of GitHub',
      `- iss: ${GITHUB}\n  scopes: [delete_packages]\n  claims: { repository: { matches: "acme/*" } }\n`,
    ],
    [
      'of CircleCI',
      '- iss: https://oidc.circleci.com/org/0b1c2d3e\n  scopes: [write_packages]\n  claims: { oidc.circleci.com/project-id: a }\n',
    ],
    [
      'in JSON',
      `[{ "iss": "${BUILDKITE}", "scopes": ["read_packages"], "claims": { "organization_slug": "acme" } }]`,
    ],
  ])('%s', (_name, policy) => {
    expect(foundIn(policy)).toEqual([]);
  });
});

describe('T25: each difference is named where it stands', () => {
  const CASES: { readonly [rule in keyof typeof DIALECT]: readonly [policy: string, found: string[]] } = {
    'dialect-form': [`trust:\n  - iss: ${BUILDKITE}\n`, ['dialect-form 1:1']],
    'dialect-issuer': [
      '- iss: https://gitlab.com\n  scopes: [read_packages]\n  claims: { project_id: "1" }\n',
      ['dialect-issuer 1:8'],
    ],
    'dialect-own-key': [
      `${statement('pipeline_slug: web')}  until: 2027-01-01T00:00:00Z\n  request: { source_ip: { in: [192.0.2.0/24] } }\n`,
      ['dialect-own-key 6:3', 'dialect-own-key 7:3'],
    ],
    'dialect-own-operator': [
      '- iss: https://oidc.circleci.com/org/0b1c2d3e\n  scopes: [read_packages]\n  claims:\n    oidc.circleci.com/context-ids: { contains: a }\n',
      ['dialect-own-operator 4:5'],
    ],
    'dialect-scope': [
      statement('pipeline_slug: web', 'scopes: [read_packages, push]'),
      ['dialect-scope 2:27'],
    ],
    'dialect-no-scopes': [
      statement('pipeline_slug: web').replace(/ {2}scopes.*\n/, ''),
      ['dialect-no-scopes 1:3'],
    ],
    'dialect-flat': [
      `- iss: ${BUILDKITE}\n  scopes: [read_packages]\n  organization_slug: acme\n`,
      ['dialect-flat 1:3'],
    ],
    'dialect-tenant': [
      `- iss: ${BUILDKITE}\n  scopes: [read_packages]\n  claims: { pipeline_slug: web }\n`,
      ['dialect-tenant 1:3'],
    ],
    'dialect-pattern-on-null': [statement('build_tag: { matches: "v*" }'), ['dialect-pattern-on-null 4:5']],
    'dialect-not-on-null': [statement('step_key: { not_in: [deploy] }'), ['dialect-not-on-null 4:5']],
    'dialect-null': [statement('build_tag: null'), ['dialect-null 4:5']],
    'dialect-claim': [statement('pipline_slug: web'), ['dialect-claim 4:5']],
    'dialect-type': [statement('build_number: "1"'), ['dialect-type 4:19']],
    'dialect-value': [statement('build_number: 1.5'), ['dialect-value 4:19']],
    'dialect-pattern': [statement('build_branch: { matches: "release/**" }'), ['dialect-pattern 4:30']],
    'dialect-empty': [statement('pipeline_slug: { in: [] }'), ['dialect-empty 4:26']],
  };

  test.each(Object.entries(CASES))('%s', (_rule, [policy, found]) => {
    expect(foundIn(policy)).toEqual(found);
  });
});

describe('what both refuse is told as a broker tells it', () => {
  test.each<[string, string, string[]]>([
    ['an anchor', `- &a\n  iss: ${BUILDKITE}\n`, ['yaml-feature 2:3']],
    [
      'a key that stands twice',
      statement('pipeline_slug: web\n    pipeline_slug: api'),
      ['duplicate-key 5:5'],
    ],
    ['an operator that nobody has', statement('pipeline_slug: { equal: web }'), ['unknown-key 4:22']],
  ])('%s', (_name, policy, found) => {
    expect(foundIn(policy)).toEqual(found);
  });

  test('a file that is not there', () => {
    expect(findDialectFindings('/nowhere.yml').map(({ rule }) => rule)).toEqual(['file-missing']);
  });
});

test('the reference has each difference with its level and both readings', () => {
  const rows = rowsUnder('docs/reference/lint.md', 'For the page of a Buildkite registry', 'finding');
  const documented = rows.map(([rule, level, there, here]) => [code(rule), { level, there, here }]);
  expect(Object.fromEntries(documented)).toEqual(DIALECT);
});
