import { describe, expect, test } from 'vitest';
import {
  addNulls,
  type ClaimValue,
  findClaim,
  findClaimType,
  findPlainClaim,
  readClaimPath,
} from '../../lib/policy/claims.ts';
import { claims } from '../harness/policy.ts';

describe('a name is read as', () => {
  test.each([
    ['a plain name', 'build_branch', 'build_branch'],
    ['a plain name with slashes', 'oidc.circleci.com/project-id', 'oidc.circleci.com/project-id'],
    ['a plain name that is a URL', 'https://aws.amazon.com/tags', 'https://aws.amazon.com/tags'],
    ['a pointer of two segments', '/kubernetes.io/namespace', ['kubernetes.io', 'namespace']],
    ['a pointer with escapes', '/a~1b/c~0d', ['a/b', 'c~d']],
    ['an escaped tilde before a 1, decoded once', '/a/~01', ['a', '~1']],
  ])('%s', (_name, written, path) => {
    expect(readClaimPath(written)).toEqual(path);
  });
});

test.each([
  ['of one segment', '/build_branch'],
  ['of none', '/'],
  ['with an empty segment', '/a//b'],
  ['with an empty last segment', '/a/'],
  ['with an unknown escape', '/a/~2'],
  ['with a tilde at the end', '/a/b~'],
])('a pointer %s is malformed', (_name, written) => {
  expect(readClaimPath(written)).toBeUndefined();
});

const token = claims({
  plain: 'x',
  nothing: null,
  list: ['zero'],
  nested: claims({ deeper: claims({ deepest: 7 }) }),
});

test.each<[string, string | string[], ClaimValue]>([
  ['a plain claim', 'plain', 'x'],
  ['null, which is present', 'nothing', null],
  ['a nested member', ['nested', 'deeper', 'deepest'], 7],
])('%s is found', (_name, path, value) => {
  expect(findClaim(token, path)).toEqual(value);
});

test.each<[string, string | string[]]>([
  ['a name that is not there', 'other'],
  ['an array index', ['list', '0']],
  ['the length of an array', ['list', 'length']],
  ['a member of a text', ['plain', 'length']],
  ['a member of null', ['nothing', 'x']],
  ['T29: the constructor', 'constructor'],
  ['T29: the prototype', '__proto__'],
  ['T29: the prototype of a nested object', ['nested', '__proto__']],
])('%s is absent', (_name, path) => {
  expect(findClaim(token, path)).toBeUndefined();
  expect(findClaim({ ...token, nested: { ...(token['nested'] as object) } }, path)).toBeUndefined();
});

test('T29: a claim that is really named __proto__ is a claim like any other', () => {
  expect(findClaim(claims({ ['__proto__']: 'x' }), '__proto__')).toBe('x');
});

test.each<[ClaimValue, string]>([
  [null, 'null'],
  [[], 'array'],
  [claims({}), 'object'],
  ['', 'string'],
  [Number.NaN, 'number'],
  [false, 'boolean'],
])('the type of %j is %s', (value, type) => {
  expect(findClaimType(value)).toBe(type);
});

test.each<[string | undefined, ClaimValue | undefined, string | number | undefined]>([
  ['a', 'text', 'text'],
  ['a', '', ''],
  ['a', 0, 0],
  ['a', true, undefined],
  ['a', null, undefined],
  ['a', ['text'], undefined],
  ['b', 'text', undefined],
  [undefined, 'text', undefined],
])('the plain claim %s of %j is %j', (name, value, found) => {
  expect(findPlainClaim(claims({ a: value }), name)).toBe(found);
});

test('what an issuer leaves out is read as null, and what it says is not', () => {
  const sent = claims({ a: 'x' });
  expect(addNulls(sent, ['a', 'b'])).toEqual({ a: 'x', b: null });
  expect(addNulls(sent, ['a'])).toBe(sent);
  expect(addNulls(sent)).toBe(sent);
});
