import { expect, test } from 'vitest';
import type { LintRule } from '../../../../lib/review/lint/rule.ts';
import {
  deniesNothing,
  neverHolds,
  roleUnreachable,
  statementShadowed,
} from '../../../../lib/review/lint/rules/idle.ts';
import { BROKER, foundBy } from '../../../harness/lint.ts';
import { BUILDKITE } from '../../../harness/policy.ts';

function statement(claims: string): string {
  return `  - { iss: ${BUILDKITE}, claims: { organization_slug: acme, pipeline_slug: web${claims} } }\n`;
}
const JWT = 'jwt: { audience: https://api.test.example }\n';
function trusting(...claims: string[]): string {
  return `trust:\n${claims.map(statement).join('')}${JWT}`;
}
function denying(trust: string, deny: string): string {
  return `${trusting(trust)}deny:\n  - { iss: ${BUILDKITE}, claims: { ${deny} } }\n`;
}

function found(rule: LintRule, role: string, broker = BROKER): number {
  return foundBy(rule, { 'broker.yml': broker, 'roles/a.yml': role }).length;
}

test.each<[name: string, rule: LintRule, role: string]>([
  [
    'operators that contradict each other',
    neverHolds,
    trusting(', build_branch: { equals: main, matches: "v*" }'),
  ],
  ['a statement within another', statementShadowed, trusting('', ', build_branch: main')],
  [
    'a statement within two together',
    statementShadowed,
    trusting(
      ', build_branch: { matches: "a*" }',
      ', build_branch: { matches: "b*" }',
      ', build_branch: { in: [a1, b1] }',
    ),
  ],
  ['a deny of what nobody trusts', deniesNothing, denying(', build_branch: main', 'build_branch: next')],
  [
    'a role whose deny strikes all whom it trusts',
    roleUnreachable,
    denying(', build_branch: main', 'build_branch: main'),
  ],
])('finds %s', (_name, rule, role) => {
  expect(found(rule, role)).toBe(1);
});

test.each<[name: string, rule: LintRule, role: string]>([
  [
    'operators that some token meets',
    neverHolds,
    trusting(', build_branch: { not_equals: main, matches: "m*" }'),
  ],
  [
    'a statement that has an end',
    neverHolds,
    `trust: [{ iss: ${BUILDKITE}, organization_slug: acme, until: 2020-01-01T00:00:00Z }]\n${JWT}`,
  ],
  ['a wider statement after a narrower', statementShadowed, trusting(', build_branch: main', '')],
  ['a deny that strikes in doubt', deniesNothing, denying('', 'queue_key: untrusted')],
  [
    'a role whose deny leaves some',
    roleUnreachable,
    denying(', build_branch: { in: [main, next] }', 'build_branch: main'),
  ],
  [
    'a role that is disabled',
    roleUnreachable,
    `disabled: for now\n${denying(', build_branch: main', 'build_branch: main')}`,
  ],
])('leaves %s alone', (_name, rule, role) => {
  expect(found(rule, role)).toBe(0);
});

test('a statement that the guard of its issuer rules out is found', () => {
  const broker = BROKER.replace('buildkite', 'buildkite\n    require: { pipeline_slug: api }');
  expect(found(neverHolds, trusting(''), broker)).toBe(1);
});
