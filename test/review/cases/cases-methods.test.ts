import { describe, expect, test } from 'vitest';
import { runCases } from '../../../lib/review/cases/trial.ts';
import { casesFrom, readCases } from '../../harness/cases.ts';
import { ISSUERS, roleFrom, rowsFrom } from '../../harness/policy.ts';
import { FLAT } from '../../harness/registry.ts';

const ROWS = rowsFrom(ISSUERS);
const SETTING = { role: FLAT, issuers: ROWS };
function caseWith(rest: string): string {
  return `cases:\n  - { name: a, claims: { organization_slug: my-organization, pipeline_slug: my-second-pipeline }, ${rest} }\n`;
}

describe('a case of a registry', () => {
  test.each([
    ['passes by its statement', 'method: PUT, allow: "trust[1]", scopes: [write_packages, read_packages]'],
    ['passes by a whole request', 'method: PUT, path: /npm/left-pad, allow: "trust[1]"'],
    [
      'passes by a query that means something else',
      'method: GET, path: "/npm/left-pad?_method=DELETE", deny: request_not_understood',
    ],
    ['passes by a harmless query', 'method: GET, path: "/npm/left-pad?page=2", allow: "trust[1]"'],
    ['passes by a method that is not listed', 'method: POST, deny: method_not_listed'],
    ['passes by a method that needs more', 'method: DELETE, deny: method_beyond_grant'],
    [
      'passes by claims that no statement wants',
      'method: GET, deny: no_statement_holds, without: [pipeline_slug]',
    ],
  ])('%s', (_name, rest) => {
    const [trial] = runCases(FLAT, ROWS, casesFrom(caseWith(rest), SETTING));
    expect(trial?.differences).toEqual([]);
  });

  test.each([
    [
      'by another decision',
      'method: DELETE, allow: "trust[1]"',
      { of: 'decision', expected: 'allow trust[1]', actual: 'deny method_beyond_grant' },
    ],
    [
      'by other scopes',
      'method: PUT, allow: "trust[1]", scopes: [write_packages]',
      { of: 'scopes', expected: 'write_packages', actual: 'read_packages write_packages' },
    ],
  ])('fails %s', (_name, rest, difference) => {
    const [trial] = runCases(FLAT, ROWS, casesFrom(caseWith(rest), SETTING));
    expect(trial?.differences).toEqual([difference]);
  });
});

describe('refused is', () => {
  test.each([
    ['a case of a registry without a method', 'allow: "trust[1]"', ['missing-key 2:5']],
    [
      'seconds, of which a registry gives none',
      'method: PUT, allow: "trust[1]", seconds: 60',
      ['unknown-key'],
    ],
    ['a path of another registry', 'method: PUT, path: /pypi/x, allow: "trust[1]"', ['wrong-value']],
    ['a path that is not plain', 'method: PUT, path: /npm/../x, allow: "trust[1]"', ['wrong-value']],
    ['a request for scopes', 'method: PUT, allow: "trust[1]", request: { scopes: [a] }', ['unknown-key']],
  ])('%s', (_name, rest, expected) => {
    const { cases, refusals } = readCases(caseWith(rest), SETTING);
    expect(cases).toBeUndefined();
    expect(refusals).toEqual(expected.map(each => expect.stringContaining(each)));
  });

  test('a method in a case of a role', () => {
    const role = roleFrom(
      'trust:\n  - { iss: https://agent.buildkite.com, organization_slug: my-organization }\n',
    );
    const { refusals } = readCases(caseWith('method: PUT, allow: "trust[0]"'), { role, issuers: ROWS });
    expect(refusals).toEqual([expect.stringContaining('unknown-key')]);
    const path = readCases(caseWith('path: /npm/x, allow: "trust[0]"'), { role, issuers: ROWS });
    expect(path.refusals).toEqual([expect.stringContaining('unknown-key')]);
  });
});
