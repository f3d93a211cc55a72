import { describe, expect, test } from 'vitest';
import { findNearest, findNearestWord, suggestWord } from '../../lib/language/nearest.ts';

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
  expect(findNearestWord(mistyped, CLAIMS)).toBe(meant);
});

test.each([
  ['a name that is like none', 'colour'],
  ['a very long name', 'x'.repeat(10_000)],
])('no name is near %s', (_name, mistyped) => {
  expect(findNearestWord(mistyped, CLAIMS)).toBeUndefined();
});

test('the first of two equally near names is meant', () => {
  expect(findNearestWord('build_xag', ['build_rag', 'build_tag'])).toBe('build_rag');
});

test.each([
  ['P25: its beginning', 'github', ['buildkite', 'github-actions', 'gitlab'], 'github-actions'],
  ['one wrong letter and not a beginning', 'gitlub', ['gitlub-actions', 'gitlab'], 'gitlab'],
  ['a letter more', 'tag', ['build_tag', 'tags'], 'tags'],
  ['two letters that changed places', 'lnit', ['init', 'lint'], 'lint'],
  ['the name itself and not its beginning', 'sub', ['su', 'sub'], 'sub'],
  ['the name itself and not its end', 'sub', ['ub', 'sub'], 'sub'],
])('the nearer of two is meant: %s', (_name, mistyped, known, meant) => {
  expect(findNearestWord(mistyped, known)).toBe(meant);
});

test('a question is asked only when a name is near', () => {
  expect(suggestWord('pipline_slug', CLAIMS)).toContain('"pipeline_slug"');
  expect(suggestWord('colour', CLAIMS)).toBe('');
});

describe('T75: among ten thousand names', () => {
  const names = Array.from({ length: 10_000 }, (_, n) => `deploy-${n}-web`).sort();
  const counted = () => {
    let looked = 0;
    const at = (place: number): string => {
      looked++;
      return names[place] ?? '';
    };
    return { names: { size: names.length, at }, looked: () => looked };
  };

  test.each([
    ['a letter dropped at the end', 'deploy-4711-we', 'deploy-4711-web'],
    ['a letter more', 'deploy-4711-webb', 'deploy-4711-web'],
    ['letters that changed places', 'deploy-4711-wbe', 'deploy-4711-web'],
    ['the first two that changed places', 'edploy-4711-web', 'deploy-4711-web'],
    ['the first name', 'deploy-0-we', 'deploy-0-web'],
    ['the last name', 'deploy-9999-wed', 'deploy-9999-web'],
  ])('the nearest is found by looking at a few: %s', (_name, mistyped, meant) => {
    const { names: sorted, looked } = counted();
    expect(findNearest(mistyped, sorted)).toBe(meant);
    expect(looked()).toBeLessThan(50);
  });

  test.each(['', 'x'.repeat(64), 'deploy', '\u{10ffff}', 'x'.repeat(10_000)])(
    'and no more are looked at for %j',
    mistyped => {
      const { names: sorted, looked } = counted();
      findNearest(mistyped, sorted);
      expect(looked()).toBeLessThan(50);
    },
  );

  test('of none, none is near', () => {
    expect(findNearest('web', { size: 0, at: () => '' })).toBeUndefined();
  });
});
