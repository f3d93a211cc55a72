import { describe, expect, test } from 'vitest';
import { type Difference, runCases, type Trial } from '../../../lib/review/cases/trial.ts';
import { casesFrom } from '../../harness/cases.ts';
import { AUDIENCE, BUILDKITE, roleFrom, rowsFrom, settingOf } from '../../harness/policy.ts';

const ROWS = rowsFrom('- preset: buildkite\n  require: { organization_slug: acme, build_tag: null }');
const ROLE = roleFrom(
  `
trust:
  - iss: ${BUILDKITE}
    id: main
    scopes: [read, write]
    claims: { organization_slug: acme, pipeline_slug: web, build_branch: main }
  - iss: ${BUILDKITE}
    id: nightly
    scopes: [read]
    until: 2027-01-31T12:00:00Z
    claims: { organization_slug: acme, pipeline_slug: web, build_source: schedule }
    request: { source_ip: { in: [203.0.113.0/24] } }
deny:
  - iss: ${BUILDKITE}
    claims: { pipeline_slug: web, queue_key: untrusted }
session: { seconds: 600, max_seconds: 900 }
`,
  settingOf(ROWS),
);
const SETTING = { role: ROLE, issuers: ROWS };

const MAIN = 'organization_slug: acme, pipeline_slug: web, build_branch: main, queue_key: default';
const NIGHTLY = 'organization_slug: acme, pipeline_slug: web, build_source: schedule, queue_key: default';
const DAY = 'at: 2027-01-15T08:00:00Z';
const OFFICE = 'source_ip: 203.0.113.9';

/** Runs one case of these claims; the rest is what else the case says. */
function run(claims: string, rest: string): Trial {
  const at = rest.includes('at: ') ? '' : `, ${DAY}`;
  const cases = casesFrom(`cases: [{ name: x, claims: { ${claims} }, ${rest}${at} }]`, SETTING);
  const [trial] = runCases(ROLE, ROWS, cases);
  if (!trial) throw new Error('no case ran');
  return trial;
}

describe('a case passes', () => {
  test.each<[string, string, string]>([
    ['by the statement that wins', `${MAIN}, build_tag: null`, 'allow: main'],
    ['behind a guard that reads an absent build_tag as null', MAIN, 'allow: main'],
    ['with the scopes in any order', MAIN, 'allow: main, scopes: [write, read]'],
    ['with the scopes that are asked for', MAIN, 'allow: main, scopes: [read], request: { scopes: [read] }'],
    ['with the usual seconds', MAIN, 'allow: main, seconds: 600'],
    ['with the seconds that are asked for', MAIN, 'allow: main, seconds: 900, request: { seconds: 900 }'],
    [
      'with the issuer and audience written out',
      `iss: ${BUILDKITE}, aud: ${AUDIENCE}, ${MAIN}`,
      'allow: main',
    ],
    ['from an address', NIGHTLY, `${OFFICE}, allow: nightly`],
    ['at a time', NIGHTLY, `${OFFICE}, at: 2027-01-31T11:55:00Z, allow: nightly, seconds: 300`],
    ['denied since the time is up', NIGHTLY, `${OFFICE}, at: 2027-01-31T12:00:00Z, deny: no_statement_holds`],
    ['denied since no statement holds', MAIN.replace('main', 'feature/x'), 'deny: no_statement_holds'],
    ['denied from an unknown address', NIGHTLY, 'deny: no_statement_holds'],
    ['denied for its audience', `aud: https://other.example, ${MAIN}`, 'deny: audience_differs'],
    ['denied for its scope', MAIN, 'deny: scope_beyond_grant, request: { scopes: [delete] }'],
    ['denied for its length', MAIN, 'deny: seconds_above_maximum, request: { seconds: 901 }'],
    [
      'T25: denied explicitly for a claim that is absent',
      MAIN.replace(', queue_key: default', ''),
      'deny: explicitly_denied',
    ],
    [
      'denied by the guard of the issuer',
      'organization_slug: acme-evil, pipeline_slug: web',
      'deny: guard_not_met',
    ],
  ])('%s', (_, claims, rest) => {
    expect(run(claims, rest).differences).toEqual([]);
  });
});

describe('a case fails', () => {
  test.each<[string, string, string, Difference]>([
    [
      'when another statement wins',
      MAIN,
      'allow: nightly',
      { of: 'decision', expected: 'allow nightly', actual: 'allow main' },
    ],
    [
      'when it is allowed against expectation',
      MAIN,
      'deny: no_statement_holds',
      { of: 'decision', expected: 'deny no_statement_holds', actual: 'allow main' },
    ],
    [
      'when it is denied for another reason',
      `aud: https://other.example, ${MAIN}`,
      'deny: no_statement_holds',
      { of: 'decision', expected: 'deny no_statement_holds', actual: 'deny audience_differs' },
    ],
    [
      'when the guard denies before the role would',
      'organization_slug: acme-evil, pipeline_slug: web',
      'deny: no_statement_holds',
      { of: 'decision', expected: 'deny no_statement_holds', actual: 'deny guard_not_met' },
    ],
    [
      'when there is no guard in the way',
      MAIN,
      'deny: guard_not_met',
      { of: 'decision', expected: 'deny guard_not_met', actual: 'allow main' },
    ],
    [
      'when more scopes are granted',
      MAIN,
      'allow: main, scopes: [read]',
      { of: 'scopes', expected: 'read', actual: 'read write' },
    ],
    [
      'when fewer scopes are granted',
      MAIN,
      'allow: main, scopes: [read, write], request: { scopes: [write] }',
      { of: 'scopes', expected: 'read write', actual: 'write' },
    ],
    [
      'when the session is shorter',
      NIGHTLY,
      `${OFFICE}, at: 2027-01-31T11:55:00Z, allow: nightly, seconds: 600`,
      { of: 'seconds', expected: '600', actual: '300' },
    ],
  ])('%s', (_, claims, rest, difference) => {
    expect(run(claims, rest).differences).toEqual([difference]);
  });
});

test('a trial keeps the decision, for whoever wants its trace', () => {
  expect(run(MAIN, 'allow: nightly').decision).toMatchObject({ allowed: true, statement: 'main' });
});

test('a trial that the guard ended has no decision', () => {
  expect(run('organization_slug: acme-evil', 'deny: guard_not_met').decision).toBeUndefined();
});

test('a case of an issuer that broker.yml lists no more is denied before any role', () => {
  const cases = casesFrom(`cases: [{ name: x, claims: { ${MAIN} }, ${DAY}, allow: main }]`, SETTING);
  const [trial] = runCases(ROLE, new Map(), cases);
  expect(trial?.differences).toEqual([
    { of: 'decision', expected: 'allow main', actual: 'deny guard_not_met' },
  ]);
});

test('cases run in their order, each by itself', () => {
  const source = `cases:
  - { name: a, claims: { ${MAIN} }, allow: main, ${DAY} }
  - { name: b, from: a, deny: role_disabled, ${DAY} }
  - { name: c, from: a, allow: main, ${DAY} }
`;
  const trials = runCases(ROLE, ROWS, casesFrom(source, SETTING));
  expect(trials.map(({ case: { name }, differences }) => [name, differences.length])).toEqual([
    ['a', 0],
    ['b', 1],
    ['c', 0],
  ]);
});
