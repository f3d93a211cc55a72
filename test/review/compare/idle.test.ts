import { describe, expect, test } from 'vitest';
import { findIdleStatements, isUnreachable } from '../../../lib/review/compare/idle.ts';
import { createSearchSpace } from '../../../lib/review/space/space.ts';
import { BUILDKITE, NOW } from '../../harness/policy.ts';
import { MAIN, standing } from './standing.ts';

function idle(yaml: string) {
  const one = standing(yaml);
  return findIdleStatements(createSearchSpace({ issuer: BUILDKITE, standings: [one], from: NOW }), one);
}

describe('a statement is idle when', () => {
  test.each([
    [
      'its conditions contradict each other',
      `trust: [{ iss: ${BUILDKITE}, claims: { organization_slug: acme, build_branch: { equals: main, matches: "v*" } } }]\n`,
      { 'trust[0]': 'never_holds' },
    ],
    [
      'it has ended',
      `trust: [{ iss: ${BUILDKITE}, organization_slug: acme, until: 2020-01-01T00:00:00Z }]\n`,
      { 'trust[0]': 'never_holds' },
    ],
    [
      'an earlier one admits all of it',
      `trust:\n  - { iss: ${BUILDKITE}, organization_slug: acme }\n  - { iss: ${BUILDKITE}, organization_slug: acme, build_branch: main }\n`,
      { 'trust[1]': 'shadowed' },
    ],
    [
      'it denies whom nobody trusts',
      `${MAIN}deny: [{ iss: ${BUILDKITE}, claims: { build_branch: { in: [next] } } }]\n`,
      { 'deny[0]': 'denies_nothing' },
    ],
  ])('%s', (_name, yaml, expected) => {
    expect(Object.fromEntries(idle(yaml).map(({ id, why }) => [id, why]))).toEqual(expected);
  });

  test.each([
    [
      'it admits some more',
      `trust:\n  - { iss: ${BUILDKITE}, organization_slug: acme, build_branch: main }\n  - { iss: ${BUILDKITE}, organization_slug: acme }\n`,
    ],
    ['it denies in doubt', `${MAIN}deny: [{ iss: ${BUILDKITE}, claims: { queue_key: untrusted } }]\n`],
  ])('but not when %s', (_name, yaml) => {
    expect(idle(yaml)).toEqual([]);
  });

  test('a role that nobody can have is told', () => {
    const nobody = standing(`${MAIN}deny: [{ iss: ${BUILDKITE}, build_branch: main }]\n`);
    const somebody = standing(MAIN);
    const asked = [nobody, somebody].map(each =>
      isUnreachable(createSearchSpace({ issuer: BUILDKITE, standings: [each], from: NOW }), each),
    );
    expect(asked).toEqual([true, false]);
  });
});
