import { describe, expect, test } from 'vitest';
import { MAX_DEPTH, MAX_FILE_BYTES } from '../../lib/language/parse.ts';
import { findEntry, toPlain } from '../../lib/language/tree.ts';
import { readWith } from '../harness/policy.ts';

function read(yaml: string) {
  return readWith(yaml, tree => tree);
}
function nested(depth: number): string {
  return `${'['.repeat(depth - 1)}x${']'.repeat(depth - 1)}`;
}
function mappings(depth: number): string {
  return `${'{"a":'.repeat(depth - 1)}"x"${'}'.repeat(depth - 1)}`;
}

describe('a document is read', () => {
  test.each([
    ['YAML', 'a: [x, 1, true, null]\n', { a: ['x', 1, true, null] }],
    ['JSON', '{"a": ["x", 1, true, null]}', { a: ['x', 1, true, null] }],
    ['with CRLF', 'a: x\r\nb: y\r\n', { a: 'x', b: 'y' }],
    ['with comments', '# why\na: x # because\n', { a: 'x' }],
    ['with one document start', '---\na: x\n', { a: 'x' }],
    ['with a block text', 'a: |\n  one\n  two\n', { a: 'one\ntwo\n' }],
    ['with a tab inside text', 'a: "x\ty"\n', { a: 'x\ty' }],
    ['with text of another script', 'a: ветка\n', { a: 'ветка' }],
    ['T37: words of YAML 1.1 as text', 'a: [no, on, yes, off]\n', { a: ['no', 'on', 'yes', 'off'] }],
    ['T37: a date as text', 'a: 2027-01-31\n', { a: '2027-01-31' }],
    ['T37: digits with underscores as text', 'a: 1_000\n', { a: '1_000' }],
    ['with a percent sign after the document start', '---\na: 5%\n', { a: '5%' }],
    ['of the greatest size', `a: x # ${'x'.repeat(MAX_FILE_BYTES - 7)}`, { a: 'x' }],
    ['of mappings at the greatest depth', mappings(MAX_DEPTH), JSON.parse(mappings(MAX_DEPTH))],
    ['at the greatest depth', nested(MAX_DEPTH), JSON.parse(nested(MAX_DEPTH).replace('x', '"x"'))],
  ])('%s', (_name, yaml, value) => {
    const { value: tree, refusals } = read(yaml);
    expect(refusals).toEqual([]);
    expect(tree && JSON.parse(JSON.stringify(toPlain(tree)))).toEqual(value);
  });
});

describe('T36: a document is refused for', () => {
  test.each([
    ['nothing in it', '', ['empty 1:1']],
    ['comments alone', '# nothing\n', ['empty 1:1']],
    ['broken syntax', 'a: [x\nb: y\n', ['yaml-syntax 2:1']],
    ['a duplicate key', 'a: x\nb: y\na: z\n', ['duplicate-key 3:1']],
    ['a duplicate key deep inside', 'a:\n  - b: x\n    b: y\n', ['duplicate-key 3:5']],
    ['a duplicate key written with an escape', 'a: x\n"\\x61": y\n', ['duplicate-key 2:1']],
    [
      'P25: a tab that indents, and for that alone',
      'trust:\n\t- iss: x\n\t  claims: { a: b }\njwt: { x: y }\n',
      ['yaml-syntax 2:1'],
    ],
    ['P25: a tab behind spaces', 'trust:\n  - iss: x\n  \tclaims: y\n', ['yaml-syntax 3:3']],
    ['an anchor', 'a: &one x\n', ['yaml-feature 1:9']],
    ['an anchor on a key', '&one a: x\n', ['yaml-feature 1:6']],
    ['an anchor on a mapping', 'a: &one\n  b: x\n', ['yaml-feature 2:3']],
    ['an alias', 'a: &one x\nb: *one\n', ['yaml-feature 1:9', 'yaml-feature 2:4']],
    ['a merge key', '<<: { a: x }\n', ['yaml-feature 1:1']],
    ['a tag', 'a: !!str 5\n', ['yaml-feature 1:10']],
    ['a directive', '%YAML 1.2\n---\na: x\n', ['yaml-feature 1:1']],
    ['a second document', 'a: x\n---\na: y\n', ['yaml-feature 2:1']],
    ['a number as a key', '1: x\n', ['wrong-type 1:1']],
    ['null as a key', '~: x\n', ['wrong-type 1:1']],
    ['a list as a key', '[a]: x\n', ['wrong-type 1:1']],
    ['a key without a value', 'a: x\nb:\n', ['wrong-value 2:3']],
    ['a key without a colon', '{ a: x, b }\n', ['wrong-value 1:9']],
    ['one level too many', nested(MAX_DEPTH + 1), [`text-refused 1:${MAX_DEPTH + 1}`]],
    ['one mapping too many', mappings(MAX_DEPTH + 1), [`text-refused 1:${MAX_DEPTH * 5 + 1}`]],
    ['one byte too many', `# ${'x'.repeat(MAX_FILE_BYTES - 1)}`, ['text-refused 1:1']],
    ['too many bytes in few characters', `# ${'€'.repeat(MAX_FILE_BYTES / 3)}`, ['text-refused 1:1']],
    ['a carriage return alone', 'a: x #\rb: y\n', ['text-refused 1:7']],
    ['a bidirectional control', 'a: x\nb: "y\u202e"\n', ['text-refused 2:6']],
    ['a zero-width space', 'a: x\u200by\n', ['text-refused 1:5']],
    ['a byte order mark', '\ufeffa: x\n', ['text-refused 1:1']],
    ['a control character', 'a: "x\u0007"\n', ['text-refused 1:6']],
    ['a next-line character', 'a: x # \u0085b: y\n', ['text-refused 1:8']],
    ['a line separator', 'a: x # \u2028b: y\n', ['text-refused 1:8']],
    ['half of a surrogate pair', 'a: "x\ud800"\n', ['text-refused 1:6']],
    ['a tag character', 'a: x\u{e0061}\n', ['text-refused 1:5']],
    ['a zero-width space that an escape brings in', 'a: x\nb: "y\\u200b"\n', ['text-refused 2:4']],
    ['a NUL that an escape brings in', 'a: "x\\0"\n', ['text-refused 1:4']],
    ['a zero-width space that an escape brings into a key', 'a: x\n"b\\u200b": y\n', ['text-refused 2:1']],
    ['a tab in a key', '"a\t": x\n', ['text-refused 1:1']],
    ['a line break that an escape brings into a key', '"a\\n": x\n', ['text-refused 1:1']],
    ['a mistake after a quoted text of two lines', '"",\n":', ['yaml-syntax 1:3', 'wrong-value 2:3']],
  ])('%s', (_name, yaml, refusals) => {
    expect(read(yaml).refusals).toEqual(refusals);
  });
});

describe('T73: a document that nests further than the parser has stack for is refused, with', () => {
  test.each([
    ['lists', '- '.repeat(32_000)],
    ['keys', '? '.repeat(32_000)],
    ['values', ': '.repeat(32_000)],
    ['lists in brackets', '['.repeat(60_000)],
    ['mappings in braces', '{a: '.repeat(16_000)],
  ])('%s', (_name, yaml) => {
    expect(read(yaml).refusals).toEqual(['text-refused 1:1']);
  });
});

test('all that is wrong is told at once', () => {
  expect(read('a: &one x\nb: !!str 5\na: z\n<<: {}\n').refusals.sort()).toEqual([
    'duplicate-key 3:1',
    'yaml-feature 1:9',
    'yaml-feature 2:10',
    'yaml-feature 4:1',
  ]);
});

test('every value knows where it stands', () => {
  const { value: tree } = read('trust:\n  - iss: x\n    claims: { a: b }\n');
  const statement = tree && findEntry(tree, 'trust')?.value;
  const first = statement?.kind === 'list' ? statement.items[0] : undefined;
  const claims = first && findEntry(first, 'claims');
  expect(first?.place).toEqual({ file: 'tested.yml', line: 2, column: 5 });
  expect(claims?.place).toEqual({ file: 'tested.yml', line: 3, column: 5 });
  expect(claims?.value.place).toEqual({ file: 'tested.yml', line: 3, column: 13 });
});

test('a value keeps the text it was written as', () => {
  const { value: tree } = read('a: 0x10\n');
  expect(tree && findEntry(tree, 'a')?.value).toMatchObject({ value: 16, source: '0x10' });
});

test('T29: a key named __proto__ is a key like any other, and a mapping has no prototype', () => {
  const { value: tree } = read('__proto__: x\n');
  const map = tree && (toPlain(tree) as object);
  expect(map && Object.getPrototypeOf(map)).toBeNull();
  expect(map && Object.keys(map)).toEqual(['__proto__']);
});

test('a key of a value that is no mapping is not there', () => {
  const { value: tree } = read('[a]');
  expect(tree && findEntry(tree, 'a')).toBeUndefined();
});

test('P29, T73: a file of nothing but one key is read once, and not complained of without end', () => {
  const text = 'a:\n'.repeat(MAX_FILE_BYTES / 3);
  const { refusals } = read(text);
  expect(refusals.length).toBeLessThan(60);
  expect(refusals.at(-1)).toMatch(/^too-many /);
  expect(
    read('a: x\n'.repeat(12_000)).refusals.filter(each => each.startsWith('duplicate-key')),
  ).toHaveLength(50);
});
