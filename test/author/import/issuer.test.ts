import { describe, expect, test } from 'vitest';
import { factsOf, loadable, withParts } from '../../../lib/author/import/issuer.ts';
import { BUILDKITE, GITHUB } from '../../harness/policy.ts';

const boundBy = (iss: string, sub: object): object => {
  const { draft } = withParts({ name: 'tested', draft: { iss, claims: { sub: { ...sub } } }, notes: [] });
  const { sub: _, ...others } = { ...draft?.claims };
  return others;
};

describe('what sub names is bound by claims of its own:', () => {
  test.each<[name: string, iss: string, sub: object, others: object]>([
    [
      'organization and pipeline',
      BUILDKITE,
      { matches: 'organization:acme:pipeline:web:*' },
      { organization_slug: { equals: 'acme' }, pipeline_slug: { equals: 'web' } },
    ],
    [
      'the organization alone, where the pipeline is open',
      BUILDKITE,
      { matches: 'organization:acme:pipeline:web*' },
      { organization_slug: { equals: 'acme' } },
    ],
    [
      'several organizations',
      BUILDKITE,
      { matches: ['organization:a:*', 'organization:b:*'] },
      { organization_slug: { in: ['a', 'b'] } },
    ],
    [
      'a repository',
      GITHUB,
      { equals: 'repo:acme/web:ref:refs/heads/main' },
      { repository_owner: { equals: 'acme' }, repository: { equals: 'acme/web' } },
    ],
    ['an owner', GITHUB, { matches: 'repo:acme/*' }, { repository_owner: { equals: 'acme' } }],
  ])('%s', (_name, iss, sub, others) => {
    expect(boundBy(iss, sub)).toEqual(others);
  });
});

describe('nothing is bound by a sub', () => {
  test.each<[name: string, iss: string, sub: object]>([
    ['whose wildcard may end the name', BUILDKITE, { matches: 'organization:acme*' }],
    ['of which one does not name it', BUILDKITE, { matches: ['organization:a:*', '*'] }],
    ['that is refused', BUILDKITE, { not_equals: 'organization:acme:x' }],
    ['of another issuer', 'https://gitlab.com', { equals: 'organization:acme:x' }],
  ])('%s', (_name, iss, sub) => {
    expect(boundBy(iss, sub)).toEqual({});
  });
});

test('what the loader would refuse is left out', () => {
  const draft = { iss: BUILDKITE, claims: { pipeline_slug: { equals: 'web' } } };
  expect(loadable({ name: 'tested', draft, notes: [] }, 'trust').draft).toBeUndefined();
  expect(loadable({ name: 'tested', draft, notes: [] }, 'deny').draft).toEqual(draft);
});

test('of an issuer without a preset nothing is known', () => {
  expect([factsOf('https://ci.example').vocabulary, factsOf(BUILDKITE).vocabulary]).toEqual([
    undefined,
    expect.any(Object),
  ]);
});
