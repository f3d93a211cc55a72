import { describe, expect, test } from 'vitest';
import {
  BUILDKITE,
  buildkiteClaims,
  claims,
  decideFor,
  GITHUB,
  githubClaims,
  roleFrom,
  saidOf,
} from '../harness/policy.ts';

type Changes = { readonly [name: string]: unknown };

/** A policy as Buildkite's registry documentation prints it, under `trust:`. */
import { CLAIMS_SEED, FLAT_SEED } from '../harness/seeds.ts';

function trusting(policy: string) {
  return roleFrom(`trust:\n${policy}\n`);
}

const FIRST = 'allowed by trust[0]';
const SECOND = 'allowed by trust[1]';
const DENIED = 'no_statement_holds';

describe('the flat form of the documentation', () => {
  const role = trusting(FLAT_SEED);

  test.each<[string, Changes, string]>([
    ['the first pipeline on main', {}, FIRST],
    ['the first pipeline on main, with a tag', { build_tag: 'v1' }, FIRST],
    ['the first pipeline on main, its tag left out', { build_tag: undefined }, FIRST],
    ['the second pipeline on main', { pipeline_slug: 'my-second-pipeline' }, SECOND],
    [
      'the second pipeline on another branch',
      { pipeline_slug: 'my-second-pipeline', build_branch: 'dev' },
      SECOND,
    ],
    [
      'the second pipeline without a branch',
      { pipeline_slug: 'my-second-pipeline', build_branch: undefined },
      SECOND,
    ],
  ])('allows %s', (_name, changes, expected) => {
    expect(saidOf(decideFor(role, buildkiteClaims(changes)))).toBe(expected);
  });

  test.each<[string, Changes, string]>([
    ['the first pipeline on another branch', { build_branch: 'dev' }, DENIED],
    ['the first pipeline on a branch whose name goes on', { build_branch: 'main2' }, DENIED],
    ['the first pipeline on a branch in another case', { build_branch: 'Main' }, DENIED],
    ['T25: the first pipeline without a branch', { build_branch: undefined }, DENIED],
    ['the first pipeline on the branch null', { build_branch: null }, DENIED],
    ['T27: the first pipeline on a list of branches', { build_branch: ['main'] }, DENIED],
    ['another pipeline', { pipeline_slug: 'my-third-pipeline' }, DENIED],
    ['T25: no pipeline', { pipeline_slug: undefined }, DENIED],
    ['T31: another organization', { organization_slug: 'evil' }, DENIED],
    [
      'T31: another organization with the second pipeline',
      { organization_slug: 'evil', pipeline_slug: 'my-second-pipeline' },
      DENIED,
    ],
    ['T25: no organization', { organization_slug: undefined }, DENIED],
    ['T22: another issuer with the same claims', { iss: 'https://evil.example' }, DENIED],
    ['T22: the issuer with a slash', { iss: `${BUILDKITE}/` }, DENIED],
    [
      'T24: the right words in sub alone',
      { organization_slug: 'evil', sub: 'organization:my-organization:pipeline:my-pipeline' },
      DENIED,
    ],
    [
      'T19: another audience',
      { aud: 'https://packages.buildkite.com/my-organization/my-registry' },
      'audience_differs',
    ],
  ])('denies %s', (_name, changes, expected) => {
    expect(saidOf(decideFor(role, buildkiteClaims(changes)))).toBe(expected);
  });

  test('denies a token of GitHub Actions', () => {
    expect(saidOf(decideFor(role, githubClaims()))).toBe(DENIED);
    expect(saidOf(decideFor(role, claims({ ...buildkiteClaims(), iss: GITHUB })))).toBe(DENIED);
  });
});

describe('the claims form of the documentation', () => {
  const role = trusting(CLAIMS_SEED);
  const ours = (changes: Changes) =>
    decideFor(
      role,
      buildkiteClaims({ organization_slug: 'your-org', pipeline_slug: 'one-pipeline', ...changes }),
    );
  const theirs = (changes: Changes) =>
    decideFor(role, githubClaims({ repository: 'your-org/web', actor: 'deploy-bot', ...changes }));

  test.each<[string, Changes]>([
    ['the first pipeline on main', {}],
    ['the second pipeline on main', { pipeline_slug: 'another-pipeline' }],
    ['a feature branch', { build_branch: 'feature/x' }],
    ['a feature branch with slashes', { build_branch: 'feature/x/y' }],
    ['a feature branch whose name goes on after the one refused', { build_branch: 'feature/not-this-one-2' }],
  ])('allows Buildkite to read and write: %s', (_name, changes) => {
    expect(ours(changes)).toMatchObject({
      allowed: true,
      statement: 'trust[0]',
      grant: { scopes: ['read_packages', 'write_packages'] },
    });
  });

  test.each<[string, Changes]>([
    ['another pipeline', { pipeline_slug: 'third-pipeline' }],
    ['another branch', { build_branch: 'dev' }],
    ['a branch that only holds the word', { build_branch: 'my-feature/x' }],
    ['the branch that is refused', { build_branch: 'feature/not-this-one' }],
    ['another organization', { organization_slug: 'your-org-2' }],
    ['T25: no branch', { build_branch: undefined }],
    ['T26: a branch that is a number', { build_branch: 5 }],
  ])('denies Buildkite: %s', (_name, changes) => {
    expect(saidOf(ours(changes))).toBe(DENIED);
  });

  test.each<[string, Changes]>([
    ['a repository of the owner', {}],
    ['the other bot', { actor: 'revert-bot' }],
  ])('allows GitHub Actions to delete, and nothing else: %s', (_name, changes) => {
    expect(theirs(changes)).toMatchObject({
      allowed: true,
      statement: 'trust[1]',
      grant: { scopes: ['delete_packages'] },
    });
  });

  test.each<[string, Changes]>([
    ['another actor', { actor: 'octocat' }],
    ['another owner', { repository: 'evil/web' }],
    ['T32: an owner whose name goes on', { repository: 'your-org-evil/web' }],
    ['T25: no actor', { actor: undefined }],
    ['T27: a list of repositories', { repository: ['your-org/web'] }],
  ])('denies GitHub Actions: %s', (_name, changes) => {
    expect(saidOf(theirs(changes))).toBe(DENIED);
  });

  test('scopes of the two statements do not add up', () => {
    const decision = decideFor(role, githubClaims({ repository: 'your-org/web', actor: 'deploy-bot' }), {
      access: { scopes: ['delete_packages', 'read_packages'] },
    });
    expect(saidOf(decision)).toBe('scope_beyond_grant');
  });
});

describe('the example of the documentation that never matches', () => {
  // The tenant is bound besides, which Buildkite's registries do not demand.
  const role = trusting(`
- iss: https://agent.buildkite.com
  scopes:
    - read_packages
  claims:
    organization_slug: my-organization
    build_branch:
      equals: main
      not_equals: main
`);

  test.each([['main'], ['dev'], [''], [null], [undefined], [5], [['main']]])(
    'denies the branch %j',
    branch => {
      expect(saidOf(decideFor(role, buildkiteClaims({ build_branch: branch })))).toBe(DENIED);
    },
  );
});

test('T26: an untagged build does not pass a pattern on tags, as it would in Buildkite’s registries', () => {
  const role = trusting(`
- iss: https://agent.buildkite.com
  claims:
    organization_slug: my-organization
    build_tag: { matches: "v*" }
`);
  expect(saidOf(decideFor(role, buildkiteClaims({ build_tag: null })))).toBe(DENIED);
  expect(saidOf(decideFor(role, buildkiteClaims({ build_tag: undefined })))).toBe(DENIED);
  expect(saidOf(decideFor(role, buildkiteClaims({ build_tag: 'v1' })))).toBe(FIRST);
});

test('Buildkite and GitHub Actions can hold the same role, each by its own statement', () => {
  const role = trusting(`
- iss: https://agent.buildkite.com
  organization_slug: my-organization
  pipeline_slug: my-pipeline
- iss: https://token.actions.githubusercontent.com
  claims:
    repository_owner: acme
    repository: { in: [acme/web, acme/api] }
    ref: refs/heads/main
    ref_type: branch
`);
  expect(saidOf(decideFor(role, buildkiteClaims()))).toBe(FIRST);
  expect(saidOf(decideFor(role, githubClaims()))).toBe(SECOND);
  expect(saidOf(decideFor(role, githubClaims({ ref: 'refs/tags/main', ref_type: 'tag' })))).toBe(DENIED);
  expect(saidOf(decideFor(role, githubClaims({ repository: 'acme/docs' })))).toBe(DENIED);
  expect(saidOf(decideFor(role, githubClaims({ repository_owner: 'evil' })))).toBe(DENIED);
});
