import { describe, expect, test } from 'vitest';
import type { GithubTarget } from '../../../lib/policy/targets/github.ts';
import { findGithubDifference } from '../../../lib/providers/github/difference.ts';

const TARGET: GithubTarget = {
  kind: 'github',
  app: 'Iv23li',
  owner: 'acme',
  repositories: ['web', 'api'],
  permissions: { contents: 'write', packages: 'read' },
};

function repository(name: string, owner = 'acme') {
  return { name, full_name: `${owner}/${name}` };
}

const ANSWER = {
  repository_selection: 'selected',
  repositories: [repository('api'), repository('web')],
  permissions: { packages: 'read', contents: 'write' },
};

describe('T50: what GitHub made is what was asked for', () => {
  test.each<[string, object]>([
    ['to the letter, in any order', {}],
    [
      'with the metadata that every token can read',
      { permissions: { ...ANSWER.permissions, metadata: 'read' } },
    ],
    ['in GitHub’s own case', { repositories: [repository('API', 'Acme'), repository('Web', 'ACME')] }],
  ])('%s', (_name, changes) => {
    expect(findGithubDifference({ ...ANSWER, ...changes }, TARGET)).toBeUndefined();
  });

  test('by names alone, where the installation is known by its number', () => {
    const { owner: _, ...rest } = TARGET;
    const target: GithubTarget = { ...rest, installation: 42 };
    const repositories = [repository('web', 'other'), repository('api', 'other')];
    expect(findGithubDifference({ ...ANSWER, repositories }, target)).toBeUndefined();
  });
});

test('T50: of several owners it is not, also where the installation is known by its number', () => {
  const { owner: _, ...rest } = TARGET;
  const target: GithubTarget = { ...rest, installation: 42 };
  const repositories = [repository('web', 'other'), repository('api', 'evil')];
  expect(findGithubDifference({ ...ANSWER, repositories }, target)).toBeTypeOf('string');
});

describe('T50: it is not', () => {
  test.each<[string, object]>([
    ['with all repositories', { repository_selection: 'all' }],
    ['when it does not say which', { repositories: undefined }],
    ['with one more repository', { repositories: [...ANSWER.repositories, repository('secrets')] }],
    ['with one repository missing', { repositories: [repository('web')] }],
    [
      'with a repository in the place of another',
      { repositories: [repository('web'), repository('secrets')] },
    ],
    ['with a repository twice', { repositories: [repository('web'), repository('web')] }],
    [
      'with repositories of another owner',
      { repositories: [repository('web', 'evil'), repository('api', 'evil')] },
    ],
    ['with repositories that are no objects', { repositories: ['web', null] }],
    ['with one more permission', { permissions: { ...ANSWER.permissions, actions: 'read' } }],
    ['with a greater permission', { permissions: { ...ANSWER.permissions, contents: 'admin' } }],
    ['with more than metadata to read', { permissions: { ...ANSWER.permissions, metadata: 'write' } }],
    ['with one permission missing', { permissions: { contents: 'write' } }],
    ['when it does not say which permissions', { permissions: undefined }],
  ])('%s', (_name, changes) => {
    expect(findGithubDifference({ ...ANSWER, ...changes }, TARGET)).toBeTypeOf('string');
  });
});
