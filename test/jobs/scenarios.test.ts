import { describe, expect, test } from 'vitest';
import {
  addFollowingClaims,
  createPlainJob,
  FAMILIES,
  type JobFamily,
  SCENARIOS,
} from '../../lib/jobs/scenarios.ts';
import { findClaimType } from '../../lib/policy/claims.ts';
import { findVocabularyTypes } from '../../lib/policy/issuer.ts';
import { PRESETS } from '../../lib/token/presets.ts';
import { codes, rowsOf } from '../harness/markdown.ts';

const all = [...SCENARIOS].map(([name, scenario]) => ({ name, ...scenario }));
const FIRST: readonly JobFamily[] = Object.values(FAMILIES);

test.each([
  'buildkite/push',
  'buildkite/fork-pull-request',
  'buildkite/tag',
  'buildkite/manual',
  'buildkite/schedule',
  'github/push',
  'github/pull_request',
  'gitlab/push',
  'gitlab/merge_request',
  'circleci/push',
])('there is %s', name => {
  expect(SCENARIOS.has(name)).toBe(true);
});

test.each(all)(
  '$name has claims that the issuer sends, of the types that it sends',
  ({ family, changes }) => {
    const { vocabulary } = PRESETS[family.preset as keyof typeof PRESETS];
    const claims = addFollowingClaims(family, { ...family.usual, ...changes });
    const wrong = Object.entries(claims).filter(
      ([name, value]) => !findVocabularyTypes(vocabulary, name)?.includes(findClaimType(value)),
    );
    expect(wrong).toEqual([]);
  },
);

test.each(all.filter(({ name }) => !name.endsWith('/push')))(
  '$name is another job than a push',
  ({ family, changes }) => {
    expect(addFollowingClaims(family, { ...family.usual, ...changes })).not.toEqual(
      createPlainJob(family.preset),
    );
  },
);

test.each(FIRST)('no job of $preset has a claim that it must ask for', ({ preset, usual, scenarios }) => {
  const { onRequest } = PRESETS[preset as keyof typeof PRESETS];
  const names = [usual, ...Object.values(scenarios)].flatMap(each => Object.keys(each));
  expect(names.filter(name => onRequest?.claims.includes(name))).toEqual([]);
});

describe('what follows from other claims is', () => {
  const { buildkite, github, gitlab } = FAMILIES;
  test.each<[string, JobFamily, { [name: string]: string }, string, string]>([
    [
      'the ref of a tag in sub',
      buildkite,
      { build_tag: 'v1' },
      'sub',
      'organization:my-organization:pipeline:my-pipeline:ref:refs/tags/v1:commit:9f3182061f1e2cca4702c368cbc039b7dc9d4485:step:',
    ],
    [
      'the step in sub',
      buildkite,
      { step_key: 'deploy' },
      'sub',
      'organization:my-organization:pipeline:my-pipeline:ref:refs/heads/main:commit:9f3182061f1e2cca4702c368cbc039b7dc9d4485:step:deploy',
    ],
    ['the ref in sub', github, { repository: 'acme/web' }, 'sub', 'repo:acme@65/web@74:ref:refs/heads/main'],
    [
      'the environment in sub',
      github,
      { environment: 'production:eu' },
      'sub',
      'repo:my-organization@65/my-repository@74:environment:production%3Aeu',
    ],
    [
      'a pull request in sub',
      github,
      { event_name: 'pull_request' },
      'sub',
      'repo:my-organization@65/my-repository@74:pull_request',
    ],
    ['the owner of a repository', github, { repository: 'acme/web' }, 'repository_owner', 'acme'],
    ['the groups of a project', gitlab, { project_path: 'acme/team/web' }, 'namespace_path', 'acme/team'],
    ['the path of a tag', gitlab, { ref_type: 'tag', ref: 'v1' }, 'ref_path', 'refs/tags/v1'],
  ])('%s', (_name, family, changes, claim, value) => {
    expect(addFollowingClaims(family, { ...family.usual, ...changes })[claim]).toBe(value);
  });

  test('nothing that is said otherwise', () => {
    const claims = addFollowingClaims(github, { ...github.usual, repository_owner: 'other' });
    expect(claims['repository_owner']).toBe('other');
  });

  test('T29: without a prototype', () => {
    expect(Object.getPrototypeOf(addFollowingClaims(github, github.usual))).toBeNull();
  });
});

test('the index of examples names every job, and no other', () => {
  const named = rowsOf('examples/README.md', 'jobs').flatMap(([, names]) => codes(names));
  expect(named.sort()).toEqual([...SCENARIOS.keys()].sort());
});

test('an issuer whose jobs are not known has no plain job', () => {
  expect([createPlainJob(undefined), createPlainJob('google')]).toEqual([{}, {}]);
});
