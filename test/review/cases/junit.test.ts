import { describe, expect, test } from 'vitest';
import { parseCases } from '../../../lib/review/cases/cases.ts';
import { formatJunit } from '../../../lib/review/cases/junit.ts';
import { checkCases } from '../../../lib/review/cases/tested.ts';
import { NoComplaints } from '../../harness/complaints.ts';
import { BUILDKITE, roleFrom, settingOf } from '../../harness/policy.ts';

const ROLE = roleFrom(`trust: [{ iss: ${BUILDKITE}, id: one, claims: { organization_slug: acme } }]\n`);
const { issuers } = settingOf();

function junit(cases: string, wish = { coverage: false, mutate: false }): string {
  const written = parseCases('x.test.yml', cases, { role: ROLE, issuers }, new NoComplaints());
  return formatJunit([
    checkCases({ policy: ROLE, path: 'x.test.yml', written }, settingOf().issuers as never, wish),
  ]);
}
function named(name: string, ends = 'allow: one'): string {
  return `cases:\n  - { name: ${JSON.stringify(name)}, claims: { organization_slug: acme }, ${ends} }\n`;
}

test('a suite for each role, with a test for each case', () => {
  expect(junit(named('a'))).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="tested" tests="1" failures="0">
    <testcase classname="tested" name="a"/>
  </testsuite>
</testsuites>
`);
});

test('a case that fails says why, and is counted', () => {
  const xml = junit(named('a', 'deny: no_statement_holds'));
  expect(xml).toContain('tests="1" failures="1"');
  expect(xml).toMatch(
    /<testcase classname="tested" name="a">\s*<failure message="[^"]+">[^<]*allow one[^<]*<\/failure>/,
  );
});

test('what no case covers and no case notices are tests that fail', () => {
  const xml = junit(named('a'), { coverage: true, mutate: true });
  expect(xml.match(/name="(coverage|mutation): one: [^"]+"/g)).toHaveLength(2);
  expect(xml).toContain('tests="3" failures="2"');
});

describe('T66: a name cannot be anything but a name in it:', () => {
  test.each([
    ['"/><x a="', '&quot;/&gt;&lt;x a=&quot;'],
    ['&amp;', '&amp;amp;'],
    [']]>', ']]&gt;'],
    ['\ufffe', '?'],
  ])('%j', (name, escaped) => {
    expect(junit(named(name))).toContain(`name="${escaped}"`);
  });
});
