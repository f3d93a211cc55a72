import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../lib/policy/nearest.ts';

const CLAIMS = ['organization_slug', 'pipeline_slug', 'build_branch', 'build_tag', 'sub'];

test.each([
  ['a dropped letter', 'pipline_slug', 'pipeline_slug'],
  ['another spelling', 'organisation_slug', 'organization_slug'],
  ['another case', 'Build_Branch', 'build_branch'],
  ['a short name', 'sup', 'sub'],
  ['letters that changed places', 'bulid_brnach', 'build_branch'],
  ['the name itself', 'build_tag', 'build_tag'],
  ['a long name with three letters dropped', 'organzaton_slg', 'organization_slug'],
])('the nearest name is found for %s', (_name, mistyped, meant) => {
  expect(nearest(mistyped, CLAIMS)).toBe(meant);
});

test.each([
  ['a name that is like none', 'colour'],
  ['a very long name', 'x'.repeat(10_000)],
])('no name is near %s', (_name, mistyped) => {
  expect(nearest(mistyped, CLAIMS)).toBeUndefined();
});

test('the first of two equally near names is meant', () => {
  expect(nearest('build_xag', ['build_rag', 'build_tag'])).toBe('build_rag');
});

test.each([
  ['P25: its beginning', 'github', ['buildkite', 'github-actions', 'gitlab'], 'github-actions'],
  ['one wrong letter and not a beginning', 'gitlub', ['gitlub-actions', 'gitlab'], 'gitlab'],
  ['a letter more', 'tag', ['build_tag', 'tags'], 'tags'],
  ['two letters that changed places', 'lnit', ['init', 'lint'], 'lint'],
  ['the name itself and not its beginning', 'sub', ['su', 'sub'], 'sub'],
  ['the name itself and not its end', 'sub', ['ub', 'sub'], 'sub'],
])('the nearer of two is meant: %s', (_name, mistyped, known, meant) => {
  expect(nearest(mistyped, known)).toBe(meant);
});

test('a question is asked only when a name is near', () => {
  expect(didYouMean('pipline_slug', CLAIMS)).toContain('"pipeline_slug"');
  expect(didYouMean('colour', CLAIMS)).toBe('');
});
