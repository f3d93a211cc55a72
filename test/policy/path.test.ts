import { describe, expect, test } from 'vitest';
import { isBelow, isPlainPath } from '../../lib/policy/path.ts';

describe('every reader sees the same path in', () => {
  test.each([
    ['the root', '/'],
    ['a package', '/npm/left-pad'],
    ['a tarball', '/npm/left-pad/-/left-pad-1.0.0.tgz'],
    ['a scope with its slash plain', '/npm/@acme/web'],
    ['a scope with its @ encoded', '/npm/%40acme/web'],
    ['a version with a +, encoded or not', '/pip/web-1.0+a/web-1.0%2Ba.whl'],
    ['an upload, which ends in a slash', '/v2/acme/web/blobs/uploads/'],
    ['a digest', '/v2/acme/web/blobs/sha256:0a1b'],
    ['names that only begin with dots', '/npm/..a/.b/...'],
    ['1024 characters', `/${'a'.repeat(1023)}`],
  ])('%s', (_name, path) => {
    expect(isPlainPath(path)).toBe(true);
  });
});

describe('T56: two readers could see two paths in', () => {
  test.each([
    ['nothing', ''],
    ['no root', 'npm/a'],
    ['a URL', 'https://packages.test.example/npm'],
    ['an encoded dot', '/npm/%2e'],
    ['encoded dots, in either case', '/npm/%2E%2e/admin'],
    ['a half encoded parent', '/npm/.%2e/admin'],
    ['an encoded slash', '/npm/a%2fb'],
    ['an encoded slash in capitals', '/npm/a%2Fb'],
    ['an encoded backslash', '/npm/a%5cb'],
    ['an encoded semicolon', '/npm/a%3bb'],
    ['an encoded percent sign, to be decoded twice', '/npm/%252e%252e/admin'],
    ['an encoded letter', '/%6epm/a'],
    ['an encoded NUL', '/npm/a%00'],
    ['an encoded line break', '/npm/a%0d%0aHost:%20evil'],
    ['half an encoding', '/npm/%2'],
    ['a percent sign alone', '/npm/100%'],
    ['two slashes', '/npm//a'],
    ['two slashes at the start', '//npm/a'],
    ['two slashes at the end', '/npm/a//'],
    ['a dot segment', '/npm/./a'],
    ['a dot segment at the end', '/npm/.'],
    ['a parent', '/npm/../admin'],
    ['a parent at the end', '/npm/..'],
    ['a backslash', '/npm\\a'],
    ['a parameter', '/npm/a;v=1'],
    ['a parent with a parameter', '/npm/..;/admin'],
    ['a query', '/npm/a?b'],
    ['a fragment', '/npm/a#b'],
    ['a space', '/npm/a b'],
    ['a control character', '/npm/a\u0000b'],
    ['a line break', '/npm/a\n'],
    ['DEL', '/npm/a\u007f'],
    ['a letter that another reader folds', '/npm/\uff41'],
    ['1025 characters', `/${'a'.repeat(1024)}`],
  ])('%s', (_name, path) => {
    expect(isPlainPath(path)).toBe(false);
  });
});

test.each([
  ['the path itself', '/npm', true],
  ['what is below it', '/npm/a/b', true],
  ['what is directly below it and empty', '/npm/', true],
  ['a longer name', '/npmx/a', false],
  ['another case', '/NPM/a', false],
  ['what is above it', '/', false],
  ['what has it in the middle', '/a/npm/b', false],
])('of paths below /npm: %s', (_name, path, below) => {
  expect(isBelow(path, '/npm')).toBe(below);
});
