import { describe, expect, test } from 'vitest';
import type { AccessRequest, Decision } from '../../../lib/policy/decide.ts';
import { explainDecision, summarizeDecision } from '../../../lib/review/explain/explain.ts';
import { BUILDKITE, buildkiteClaims, decideFor, GITHUB, NOW, roleFrom } from '../../harness/policy.ts';

const role = roleFrom(`trust:
  - iss: ${BUILDKITE}
    id: main of mine
    scopes: [read, write]
    claims:
      organization_slug: my-organization
      build_branch: { in: [main, next], not_equals: next }
      queue_key: deploy
  - iss: ${BUILDKITE}
    id: old
    until: 2020-01-01T00:00:00Z
    claims: { organization_slug: my-organization }
  - iss: ${GITHUB}
    id: of GitHub
    claims: { repository: acme/web }
deny:
  - iss: ${BUILDKITE}
    id: untrusted
    claims: { cluster_id: untrusted, build_source: ui }
`);

type Changes = { readonly [name: string]: unknown };
function decided(changes: Changes = {}, access: Partial<AccessRequest> = {}): Decision {
  return decideFor(role, buildkiteClaims(changes), { access });
}
function lines(changes: Changes = {}): string[] {
  return explainDecision(role, decided(changes));
}
function lineOf(name: string, all: string[]): string | undefined {
  return all.find(line => line.includes(name));
}

describe('the first line says the decision', () => {
  test.each<[name: string, changes: Changes, access: Partial<AccessRequest>, ...parts: string[]]>([
    ['and what was granted', { queue_key: 'deploy' }, {}, 'ALLOWED', 'main of mine', '900', 'read write'],
    ['and that no statement holds', {}, {}, 'DENIED', 'tested'],
    ['and the scope', { queue_key: 'deploy' }, { scopes: ['admin'] }, 'DENIED', 'main of mine', 'admin'],
    ['and the deny that struck', { build_source: 'ui', cluster_id: 'untrusted' }, {}, 'DENIED', 'untrusted'],
  ])('%s', (_name, changes, access, ...parts) => {
    const said = summarizeDecision(role, decided(changes, access));
    for (const part of parts) expect(said).toContain(part);
  });
});

describe('each condition has its line', () => {
  test.each<[string, Changes, string, RegExp]>([
    [
      'true',
      {},
      'organization_slug',
      /^ +yes +organization_slug equals "my-organization", here "my-organization"$/,
    ],
    [
      'false',
      { build_branch: 'dev' },
      'build_branch is one',
      /^ +no +build_branch .*"main", "next", here "dev"$/,
    ],
    ['null, which differs', { queue_key: null }, 'queue_key', /^ +no +queue_key .*here null$/],
    ['in doubt, absent', {}, 'queue_key', /^ +in doubt +queue_key .*absent$/],
    [
      'in doubt, of another type',
      { queue_key: ['deploy'] },
      'queue_key',
      /^ +in doubt +queue_key .*here \["deploy"\]: .*type$/,
    ],
    [
      'in doubt, no safe integer',
      { queue_key: Number.NaN },
      'queue_key',
      /^ +in doubt +queue_key .*safe integer$/,
    ],
  ])('%s', (_name, changes, name, line) => {
    expect(lineOf(name, lines(changes))).toMatch(line);
  });

  test('also one on an unknown source address', () => {
    const guarded = roleFrom(
      `trust:\n  - { iss: ${BUILDKITE}, claims: { organization_slug: a }, request: { source_ip: { in: ["::1"] } } }\n`,
    );
    const all = explainDecision(guarded, decideFor(guarded, buildkiteClaims()));
    expect(lineOf('source_ip', all)).toMatch(/^ +in doubt +source_ip .*unknown$/);
  });
});

describe('each statement has its line', () => {
  test.each<[string, Changes, RegExp]>([
    ['a trust that holds', { queue_key: 'deploy' }, /^ {2}trust "main of mine" holds:$/],
    ['a trust that does not', {}, /^ {2}trust "main of mine" does not hold:$/],
    ['a deny that strikes', { build_source: 'ui' }, /^ {2}deny "untrusted" strikes:$/],
    ['a deny that does not', {}, /^ {2}deny "untrusted" does not strike:$/],
    ['one whose until has passed', {}, /^ {2}trust "old" was not tried: .*until/],
    ['one of another issuer', {}, /^ {2}trust "of GitHub" was not tried: .*issuer/],
  ])('%s', (_name, changes, line) => {
    expect(lines(changes).filter(each => line.test(each))).toHaveLength(1);
  });
});

describe('an explanation is drawn from the trace alone', () => {
  test('another role of the same name explains a decision alike', () => {
    const other = roleFrom(`trust:\n  - { iss: ${GITHUB}, repository: other/one }\n`);
    expect(explainDecision(other, decided())).toEqual(lines());
  });

  test('a trace that says otherwise is believed', () => {
    const decision = decided();
    const statements = decision.trace.statements.map(each => ({
      ...each,
      applies: true,
      conditions: each.conditions.map(checked => ({ ...checked, truth: 'true' as const })),
    }));
    const all = explainDecision(role, { ...decision, trace: { ...decision.trace, statements } });
    expect(lineOf('queue_key', all)).toMatch(/^ +yes /);
    expect(lineOf('main of mine', all)).toContain(' holds');
  });

  test('a decision does not depend on being explained', () => {
    const decision = decideFor(role, buildkiteClaims(), { context: { now: NOW } });
    const before = structuredClone(decision.trace);
    explainDecision(role, decision);
    expect(decision.trace).toEqual(before);
  });
});
