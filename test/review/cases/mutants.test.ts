import { describe, expect, test } from 'vitest';
import type { Role } from '../../../lib/policy/role.ts';
import { createMutants } from '../../../lib/review/cases/mutants.ts';
import { BUILDKITE, roleFrom } from '../../harness/policy.ts';

function trust(claims: string, more = ''): string {
  return `trust: [{ iss: ${BUILDKITE}, id: one${more}, claims: { organization_slug: acme${claims} } }]\n`;
}
function deny(claims: string): string {
  return `${trust('')}deny: [{ iss: ${BUILDKITE}, id: two, claims: { ${claims} } }]\n`;
}

/** What is done to anything but the condition that binds, and the statement that has it. */
function done(yaml: string): string[] {
  return createMutants(roleFrom(yaml))
    .map(({ id }) => id)
    .filter(id => !/^one: (organization_slug|statement)/.test(id));
}

test('a statement and each of its conditions is dropped in turn', () => {
  expect(createMutants(roleFrom(trust(', build_branch: main'))).map(({ id }) => id)).toEqual([
    'one: statement dropped',
    'one: organization_slug equals dropped',
    'one: build_branch equals dropped',
  ]);
});

describe('beside that is lost', () => {
  test.each<[name: string, yaml: string, ...ids: string[]]>([
    ['the end of a statement', trust('', ', until: 2027-01-31T12:00:00Z'), 'one: until dropped'],
    [
      'a value that a trust does not want',
      trust(', build_branch: { not_in: [a, b] }'),
      'one: build_branch not_in dropped',
      'one: build_branch not_in without "a"',
      'one: build_branch not_in without "b"',
    ],
    [
      'what stands behind the first wildcard of a pattern',
      trust(', build_tag: { matches: ["v*.*", "w*"] }'),
      'one: build_tag matches dropped',
      'one: build_tag matches with "v*.*" loosened to "v*"',
    ],
    [
      'a value that a deny strikes',
      deny('queue_key: { in: [a, b] }'),
      'two: statement dropped',
      'two: queue_key in dropped',
      'two: queue_key in without "a"',
      'two: queue_key in without "b"',
    ],
    [
      'a pattern that a deny strikes',
      deny('build_branch: { matches: ["a*", "b*"] }'),
      'two: statement dropped',
      'two: build_branch matches dropped',
      'two: build_branch matches without "a*"',
      'two: build_branch matches without "b*"',
    ],
  ])('%s', (_name, yaml, ...ids) => {
    expect(done(yaml)).toEqual(ids);
  });
});

describe('what would only let fewer in is left as it is', () => {
  test.each<[string, string, string[]]>([
    ['a value that a trust wants', trust(', build_branch: { in: [a, b] }'), ['one: build_branch in dropped']],
    [
      'a pattern without a wildcard',
      trust(', build_branch: { matches: main }'),
      ['one: build_branch matches dropped'],
    ],
    [
      'a value that a deny spares',
      deny('queue_key: { not_in: [a, b] }'),
      ['two: statement dropped', 'two: queue_key not_in dropped'],
    ],
    [
      'the only value of a list',
      deny('queue_key: { in: [a] }'),
      ['two: statement dropped', 'two: queue_key in dropped'],
    ],
  ])('%s', (_name, yaml, ids) => {
    expect(done(yaml)).toEqual(ids);
  });
});

describe('a mutant', () => {
  const role = roleFrom(deny('queue_key: { in: [a, b] }'));
  const mutant = (id: string): Role | undefined => createMutants(role).find(each => each.id === id)?.policy;

  test('lacks what was dropped, and nothing else', () => {
    const [one] = role.trust;
    expect(mutant('two: statement dropped')).toEqual({ ...role, deny: [] });
    expect(mutant('one: organization_slug equals dropped')).toEqual({
      ...role,
      trust: [{ ...one, conditions: [] }],
    });
  });

  test('keeps the ids of its other statements, so that cases still know them', () => {
    const two = roleFrom(`trust:
  - { iss: ${BUILDKITE}, claims: { organization_slug: a } }
  - { iss: ${BUILDKITE}, claims: { organization_slug: b } }
`);
    const [first] = createMutants(two);
    expect(first?.policy.trust.map(({ id }) => id)).toEqual(['trust[1]']);
  });

  test('leaves the policy that it is of as it was', () => {
    const before = structuredClone(role);
    createMutants(role);
    expect(role).toEqual(before);
  });

  test('has an id of its own', () => {
    const ids = createMutants(role).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
