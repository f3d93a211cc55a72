import { describe, expect, test } from 'vitest';
import { findKnowingStatement, findNearestStatement } from '../../lib/policy/trace.ts';
import { AUDIENCE, BUILDKITE, buildkiteClaims, decideFor, GITHUB, roleFrom } from '../harness/policy.ts';

const role = roleFrom(`trust:
  - iss: ${GITHUB}
    id: of GitHub
    claims: { repository: acme/web }
  - iss: ${BUILDKITE}
    id: long ago
    until: 2020-01-01T00:00:00Z
    claims: { organization_slug: my-organization }
  - iss: ${BUILDKITE}
    id: strict
    claims:
      organization_slug: my-organization
      build_branch: main
      build_source: schedule
      queue_key: deploy
  - iss: ${BUILDKITE}
    id: loose
    claims: { organization_slug: { in: [my-organization, another] }, build_branch: { not_equals: main } }
  - iss: ${BUILDKITE}
    id: as loose
    claims: { organization_slug: my-organization, build_branch: dev }
  - iss: ${BUILDKITE}
    id: of a stranger
    claims: { organization_slug: other-organization }
deny:
  - iss: ${BUILDKITE}
    id: by hand
    claims: { build_source: ui }
`);

function traceFor(changes: { readonly [name: string]: unknown } = {}) {
  return decideFor(role, buildkiteClaims(changes)).trace;
}

describe('a trace', () => {
  test('holds every statement, deny first, and why one was not tried', () => {
    expect(
      traceFor().statements.map(({ id, effect, skipped, applies }) => [id, effect, skipped, applies]),
    ).toEqual([
      ['by hand', 'deny', undefined, false],
      ['of GitHub', 'trust', 'issuer_differs', false],
      ['long ago', 'trust', 'until_passed', false],
      ['strict', 'trust', undefined, false],
      ['loose', 'trust', undefined, false],
      ['as loose', 'trust', undefined, false],
      ['of a stranger', 'trust', undefined, false],
    ]);
  });

  test('holds no condition of a statement that was not tried', () => {
    const untried = traceFor().statements.filter(({ skipped }) => skipped !== undefined);
    expect(untried.map(({ conditions }) => conditions.length)).toEqual([0, 0]);
  });

  test('holds each condition with what was expected, what was there, and why', () => {
    const strict = traceFor().statements.find(({ id }) => id === 'strict');
    expect(
      strict?.conditions.map(({ condition, actual, truth, why }) => [
        condition.name,
        condition.operator,
        condition.operands,
        actual,
        truth,
        why,
      ]),
    ).toEqual([
      ['organization_slug', 'equals', ['my-organization'], 'my-organization', 'true', 'holds'],
      ['build_branch', 'equals', ['main'], 'main', 'true', 'holds'],
      ['build_source', 'equals', ['schedule'], 'webhook', 'false', 'differs'],
      ['queue_key', 'equals', ['deploy'], undefined, 'doubt', 'absent'],
    ]);
  });

  test('names a statement whose until is nearer than the shortest session', () => {
    const soon = roleFrom(
      `trust:\n  - { iss: ${BUILDKITE}, until: 2027-01-15T08:00:30Z, organization_slug: my-organization }\n`,
    );
    expect(decideFor(soon, buildkiteClaims()).trace.statements[0]?.skipped).toBe('until_too_near');
  });

  test('holds the audience that the role takes and the one that came', () => {
    expect(traceFor({ aud: 'another' }).audience).toEqual({ expected: AUDIENCE, actual: 'another' });
  });

  test('is whole also when a deny struck', () => {
    const struck = traceFor({ build_source: 'ui' }).statements;
    expect(struck.map(({ id, applies }) => [id, applies])).toContainEqual(['by hand', true]);
    expect(struck).toHaveLength(7);
  });
});

describe('the nearest statement', () => {
  test('is the one with the fewest conditions that are not true, the first of equals', () => {
    expect(findNearestStatement(traceFor())?.id).toBe('loose');
  });

  test('is counted anew for each token', () => {
    const changes = { build_source: 'schedule', queue_key: 'deploy', build_branch: 'main' };
    expect(findNearestStatement(traceFor(changes))?.id).toBe('strict');
  });

  test('may be one that does not know the caller', () => {
    expect(findNearestStatement(traceFor({ organization_slug: 'stranger' }))?.id).toBe('of a stranger');
  });

  test('is none for an issuer of which no statement speaks', () => {
    expect(findNearestStatement(traceFor({ iss: 'https://plain.example' }))).toBeUndefined();
  });
});

describe('T59: the role knows a caller', () => {
  test('by the nearest statement whose binding conditions are true', () => {
    expect(findKnowingStatement(traceFor())?.id).toBe('loose');
  });

  test('by one that binds another tenant no more than by another issuer', () => {
    expect(findKnowingStatement(traceFor({ organization_slug: 'another' }))?.id).toBe('loose');
    expect(findKnowingStatement(traceFor({ organization_slug: 'stranger' }))).toBeUndefined();
    expect(findKnowingStatement(traceFor({ iss: GITHUB }))).toBeUndefined();
  });

  test('not when the binding claim is in doubt', () => {
    expect(findKnowingStatement(traceFor({ organization_slug: undefined }))).toBeUndefined();
    expect(findKnowingStatement(traceFor({ organization_slug: ['my-organization'] }))).toBeUndefined();
  });

  test('not by a statement whose until has passed', () => {
    const past = roleFrom(
      `trust:\n  - { iss: ${BUILDKITE}, until: 2020-01-01T00:00:00Z, organization_slug: my-organization }\n`,
    );
    expect(findKnowingStatement(decideFor(past, buildkiteClaims()).trace)).toBeUndefined();
  });
});
