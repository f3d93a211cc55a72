import { describe, expect, test } from 'vitest';
import { parse } from '../../../lib/language/parse.ts';
import { toPlain } from '../../../lib/language/tree.ts';
import type { ClaimValue } from '../../../lib/policy/claims.ts';
import { writeYaml } from '../../../lib/review/explain/written.ts';
import { NoComplaints } from '../../harness/complaints.ts';

/** What a policy's own reader makes of it. */
function readBack(text: string): unknown {
  const tree = parse('written.yml', `value: ${text}\n`, new NoComplaints());
  return tree && (toPlain(tree) as { value: unknown }).value;
}

describe('it is plain where that reads as the same text', () => {
  test.each(['main', 'feature/login', 'v1.0.0', 'main of web and api', 'A'])('%s', text => {
    expect(writeYaml(text)).toBe(text);
  });
});

describe('it is read as what it was', () => {
  test.each<ClaimValue>([
    'true',
    'false',
    'NULL',
    'yes',
    'no',
    'on',
    'off',
    'y',
    'n',
    '',
    ' ',
    ' a',
    'a ',
    '1',
    '1e3',
    '0x1',
    '~',
    '-',
    '- a',
    'a: b',
    'a #b',
    '#',
    '*',
    '&a',
    '!x',
    '"',
    "'",
    '{a}',
    '[a]',
    'a, b',
    '\\',
    '@a',
    '`',
    '%a',
    '203.0.113.0/24',
    'https://a.example',
    'ü',
    'a\tb',
    0,
    5,
    -7,
    true,
    false,
    null,
    [],
    ['a', 'b c', 1, null],
    {},
    { a: 1, 'b/c': ['x'], '/d/e': { f: null } },
  ])('%j', value => {
    expect(readBack(writeYaml(value))).toEqual(value);
  });
});

test('a mapping and a list stand on one line, as an author would write them', () => {
  expect(writeYaml({ in: ['main', 'v1'], matches: 'v*' })).toBe('{ in: [main, v1], matches: "v*" }');
});
