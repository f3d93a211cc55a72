import { describe, expect, test } from 'vitest';
import { readQuery } from '../../../lib/policy/registries/query.ts';

describe('a query is read', () => {
  test.each<[query: string, parameters: object]>([
    ['', {}],
    ['n=10&last=a%2Fb', { n: '10', last: 'a/b' }],
    ['a=b+c&d+e=f', { a: 'b c', 'd e': 'f' }],
    ['a', { a: '' }],
    ['a=&b', { a: '', b: '' }],
    ['a=b=c', { a: 'b=c' }],
    [`a=${'x'.repeat(4094)}`, { a: 'x'.repeat(4094) }],
  ])('%s', (query, parameters) => {
    expect(Object.fromEntries(readQuery(query) ?? [['unread', '']])).toEqual(parameters);
  });
});

describe('a query that two readers could read as two things is not', () => {
  test.each([
    'a=1&a=2',
    'a=1&%61=2',
    'a=%',
    '%=a',
    'a=%ff',
    'a;b',
    'a=1;b=2',
    '=a',
    '&',
    'a=1&',
    `a=${'x'.repeat(4095)}`,
  ])('%s', query => {
    expect(readQuery(query)).toBeUndefined();
  });
});
