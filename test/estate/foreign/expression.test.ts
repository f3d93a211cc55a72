import { describe, expect, test } from 'vitest';
import { readExpressionCondition, readFlexible, readRegExp } from '../../../lib/estate/foreign/expression.ts';

const MAPPING = {
  'google.subject': 'assertion.sub',
  'attribute.repository': 'assertion.repository',
  'attribute.odd': 'assertion.a + "x"',
};
const told = ({ wanted, doubts }: ReturnType<typeof readExpressionCondition>) => [
  wanted.map(({ claim, operator, operands }) => `${claim} ${operator} ${operands.join(',')}`),
  doubts.length,
];

test.each<[condition: string, wanted: string[], doubts: number]>([
  [`assertion.repository_owner == 'acme'`, ['repository_owner StringEquals acme'], 0],
  [
    `(assertion.repository == "acme/web" && assertion.ref == "refs/heads/main")`,
    ['repository StringEquals acme/web', 'ref StringEquals refs/heads/main'],
    0,
  ],
  [`attribute.repository == "acme/web"`, ['repository StringEquals acme/web'], 0],
  [`google.subject.startsWith("repo:acme/")`, ['sub StringLike repo:acme/*'], 0],
  [`assertion.ref.endsWith('/main')`, ['ref StringLike */main'], 0],
  [`assertion.repository in ["acme/web", "acme/api"]`, ['repository StringEquals acme/web,acme/api'], 0],
  [`assertion.ref == "a" || assertion.ref == "b"`, ['ref StringEquals a,b'], 0],
  [
    `(assertion.ref == "a" || assertion.ref == "b") && assertion.sub == "c && d"`,
    ['ref StringEquals a,b', 'sub StringEquals c && d'],
    0,
  ],
  [`assertion.ref == "a" || assertion.sub == "b"`, [], 1],
  [`assertion.ref != "a"`, [], 1],
  [`!(assertion.ref == "a")`, [], 1],
  [`attribute.odd == "x"`, [], 1],
  [`assertion.repository in [variable]`, [], 1],
  [`assertion.ref.startsWith("a*")`, [], 1],
  [`true`, [], 1],
])('a condition of Google: %s', (condition, wanted, doubts) => {
  expect(told(readExpressionCondition(condition, MAPPING))).toEqual([wanted, doubts]);
});

test.each<[expression: string, wanted: string[], doubts: number]>([
  [
    `claims['sub'] eq 'repo:acme/web:ref:refs/heads/main'`,
    ['sub StringEquals repo:acme/web:ref:refs/heads/main'],
    0,
  ],
  [
    `claims['sub'] matches 'repo:acme/web:*' and claims['job_workflow_ref'] eq 'x'`,
    ['sub StringLike repo:acme/web:*', 'job_workflow_ref StringEquals x'],
    0,
  ],
  [`claims['sub'] matches 'a' or claims['sub'] matches 'b'`, [], 1],
])('an expression of Entra: %s', (expression, wanted, doubts) => {
  expect(told(readFlexible(expression))).toEqual([wanted, doubts]);
});

describe('a regular expression', () => {
  test.each<[expression: string, patterns: string[] | undefined]>([
    ['repo:acme/web:ref:refs/heads/main', ['repo:acme/web:ref:refs/heads/main']],
    ['^repo:acme/web:.*$', ['repo:acme/web:*']],
    ['a\\.b.+', ['a.b?*']],
    ['a.b', ['a?b']],
    ['repo:(a|b):x', ['repo:a:x', 'repo:b:x']],
    ['x(a|b)?', undefined],
    ['a|b', undefined],
    ['[ab]', undefined],
    ['a+', undefined],
    ['(?i)a', undefined],
    ['a\\d', undefined],
    ['a*', undefined],
  ])('%s', (expression, patterns) => {
    expect(readRegExp(expression)).toEqual(patterns);
  });
});
