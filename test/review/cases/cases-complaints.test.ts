import { describe, expect, test } from 'vitest';
import { readCases } from '../../harness/cases.ts';
import { BUILDKITE, GITHUB, roleFrom, settingOf } from '../../harness/policy.ts';
import { table } from '../../harness/table.ts';

const ROLE = roleFrom(`
trust:
  - { iss: ${BUILDKITE}, id: for now, until: 2027-01-31T12:00:00Z, organization_slug: acme }
  - { iss: ${GITHUB}, id: GitHub, repository: acme/web }
`);
const SETTING = { role: ROLE, issuers: settingOf().issuers };
const AT = 'at: 2027-01-15T08:00:00Z';

/** One case a line, from line 2 on, each with its brace in column 5. */
function refusals(...cases: string[]): string[] {
  return readCases(`cases:\n${cases.map(each => `  - { ${each} }\n`).join('')}`, SETTING).refusals;
}

describe('a complaint about a case stands where the mistake is', () => {
  test.each(table`
    at an issuer that is not listed, wherever it stands | name: a, ${AT}, deny: no_statement_holds, claims: { sub: x, iss: "https://evil.example" } | issuer-unknown 2:91
    at an issuer that is no text                        | name: a, ${AT}, deny: no_statement_holds, claims: { sub: x, iss: 5 } | wrong-type 2:91
    at one bad item of a claim that is a list           | name: a, ${AT}, deny: no_statement_holds, claims: { "https://aws.amazon.com/tags": [1, 1.0] } | wrong-value 2:113
  `)('%s', (_name, written, expected) => {
    expect(refusals(written)).toEqual(expected.split(', '));
  });
});

test('a case that cannot be read still lends its name, so that nothing is said twice', () => {
  const written = refusals(
    `name: broken, claims: { organization_slug: acme }, ${AT}, seconds: 0, allow: for now`,
    `name: after, from: broken, ${AT}, allow: for now`,
  );
  expect(written.map(each => each.split(':')[0])).toEqual(['wrong-value 2']);
});

test('a case says its time as soon as one statement of the role has an end', () => {
  expect(
    refusals('name: a, claims: { iss: "https://token.actions.githubusercontent.com" }, allow: GitHub'),
  ).toEqual(['missing-key 2:5']);
});
