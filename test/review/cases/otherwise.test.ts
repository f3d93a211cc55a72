import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../lib/config/load.ts';
import { createMutants } from '../../../lib/review/cases/mutants.ts';
import { findDifferingRequest } from '../../../lib/review/cases/otherwise.ts';
import type { ShownRequest } from '../../../lib/review/compare/difference.ts';
import { BUILDKITE, roleFrom, rowsFrom, settingOf } from '../../harness/policy.ts';

const ROWS = rowsFrom('- preset: buildkite\n  require: { organization_slug: acme }');
function claimsOf(shown: ShownRequest | undefined) {
  return shown === undefined || shown === 'undecided' ? shown : shown.witness.claims;
}

/** A token that tells a role from what it is without this. */
function without(id: string, yaml: string) {
  const role = roleFrom(yaml, settingOf(ROWS));
  const mutant = createMutants(role).find(each => each.id === id);
  if (!mutant) throw new Error(`no mutant ${id}`);
  return claimsOf(findDifferingRequest(role, mutant.policy, ROWS));
}
function trust(claims: string, more = ''): string {
  return `${more}trust: [{ iss: ${BUILDKITE}, id: one, claims: { organization_slug: acme, ${claims} } }]\n`;
}

describe('a token tells them apart', () => {
  test.each<[string, string, string, object]>([
    ['by a claim', 'one: build_tag equals dropped', trust('build_tag: null'), { build_tag: 'main' }],
    [
      'of a role that is disabled',
      'one: build_tag equals dropped',
      trust('build_tag: null', 'disabled: for now\n'),
      { build_tag: 'main' },
    ],
    [
      'when a whole statement is gone',
      'one: statement dropped',
      trust('build_branch: main'),
      { build_branch: 'main' },
    ],
  ])('%s', (_name, id, yaml, claims) => {
    expect(without(id, yaml)).toMatchObject(claims);
  });

  test('of a registry', () => {
    const { config } = loadConfig('examples/registry/config');
    const images = config?.registries.find(({ name }) => name === 'images');
    const mutants = images ? createMutants(images) : [];
    const mutant = mutants.find(({ id }) => id.endsWith('build_tag equals dropped'));
    const shown = images && mutant && findDifferingRequest(images, mutant.policy, config?.rows ?? ROWS);
    expect(claimsOf(shown)).toMatchObject({ build_branch: 'main', build_tag: 'main' });
  });
});

describe('no token does', () => {
  test.each<[string, string, string]>([
    ['when the guard demands it anyway', 'one: organization_slug equals dropped', trust('build_tag: null')],
    [
      'when another statement admits them too',
      'two: statement dropped',
      `trust:\n  - { iss: ${BUILDKITE}, claims: { organization_slug: acme } }\n  - { iss: ${BUILDKITE}, id: two, claims: { organization_slug: acme, build_branch: main } }\n`,
    ],
  ])('%s', (_name, id, yaml) => {
    expect(without(id, yaml)).toBeUndefined();
  });
});

test('what is found of an end does not change with the day', () => {
  const ended = `trust: [{ iss: ${BUILDKITE}, id: one, until: 2020-01-31T12:00:00Z, claims: { organization_slug: acme } }]\n`;
  expect(without('one: until dropped', ended)).toMatchObject({ organization_slug: 'acme' });
});
