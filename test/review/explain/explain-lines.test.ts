import { describe, expect, test } from 'vitest';
import { explainDecision, summarizeDecision } from '../../../lib/review/explain/explain.ts';
import { BUILDKITE, buildkiteClaims, decideFor, roleFrom } from '../../harness/policy.ts';

const role = roleFrom(`trust:
  - iss: ${BUILDKITE}
    id: release
    claims: { organization_slug: my-organization, build_number: 7, queue_key: deploy, cluster_id: c1 }
deny:
  - iss: ${BUILDKITE}
    id: by hand
    claims: { build_source: ui, queue_key: untrusted, cluster_name: old }
`);

type Changes = { readonly [name: string]: unknown };
function decided(changes: Changes) {
  return decideFor(role, buildkiteClaims(changes));
}
function lineOf(name: string, changes: Changes): string | undefined {
  return explainDecision(role, decided(changes)).find(
    line => line.includes(`${name} equals`) && line.startsWith('    '),
  );
}

describe('P25: a value that an eye takes for the one that is wanted', () => {
  const strict = roleFrom(
    `trust:\n  - iss: ${BUILDKITE}\n    claims: { organization_slug: my-organization, build_branch: { in: [größe, main] } }\n`,
  );
  const said = (branch: string): string =>
    explainDecision(strict, decideFor(strict, buildkiteClaims({ build_branch: branch }))).join('\n');

  test.each([
    ['gro\u0308ße', 'in Unicode form alone'],
    ['Main', 'in case alone'],
    ['GRO\u0308ße', 'in case alone'],
  ])('%s differs %s', (branch, how) => {
    expect(said(branch)).toContain(`which differs ${how}`);
  });

  test.each(['maim', 'main', 'größen'])('%s has no such cause', branch => {
    expect(said(branch)).not.toContain('alone');
  });
});

describe('the line of a condition shows what the claim holds', () => {
  test.each<[string, string, unknown, string]>([
    ['a number', 'build_number', 5, 'here 5'],
    ['text', 'build_number', '5', 'here "5"'],
    ['null', 'build_number', null, 'here null'],
    ['a list with a number', 'build_number', [5], 'here [5]'],
  ])('%s', (_name, name, value, shown) => {
    expect(lineOf(name, { [name]: value })).toContain(shown);
  });

  test('but nothing of a claim that is absent', () => {
    expect(lineOf('build_number', { build_number: undefined })).not.toContain('here');
  });

  test('T28: and not that JSON has no word for a number that is none', () => {
    expect(lineOf('build_number', { build_number: Number.NaN })).not.toMatch(/here (null|NaN)/);
  });

  test('but no address when none is known', () => {
    const guarded = roleFrom(
      `trust:\n  - { iss: ${BUILDKITE}, claims: { organization_slug: a }, request: { source_ip: { in: ["::1"] } } }\n`,
    );
    const all = explainDecision(guarded, decideFor(guarded, buildkiteClaims()));
    expect(all.find(line => line.includes('source_ip is one'))).not.toContain('here');
  });
});

test('the first line names no statement and no detail where there is none', () => {
  expect(summarizeDecision(role, decided({}))).toMatch(/^DENIED: tested: [\w ]+\.$/);
});

test('the decision, the statements and the nearest of them stand apart', () => {
  const all = explainDecision(role, decided({}));
  expect(all.flatMap((line, index) => (line === '' ? [index] : []))).toEqual([1, 11]);
  expect(all).toHaveLength(13);
});
