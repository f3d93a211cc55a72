import { describe, expect, test } from 'vitest';
import { JsonError, MAX_DEPTH, MAX_MEMBERS, readStrictJson, readStrictObject } from '../../lib/token/json.ts';

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
function nested(levels: number, inner = ''): string {
  return '['.repeat(levels) + inner + ']'.repeat(levels);
}
function objects(levels: number): string {
  return `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
}
function members(count: number): string {
  return `{${Array.from({ length: count }, (_, index) => `"m${index}":0`).join(',')}}`;
}

describe('a JSON text is read', () => {
  test.each([
    ['white space of all four kinds', ' \t\r\n{ "a" :\n1 , "b" : [ ] } ', { a: 1, b: [] }],
    ['the three words', '[true,false,null]', [true, false, null]],
    ['every escape', '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041"', '"\\/\b\f\n\r\tA'],
    ['a whole surrogate pair as escapes', '"\\ud83d\\ude00"', '😀'],
    ['an empty name', '{"":1}', { '': 1 }],
    ['names that differ by case alone', '{"a":1,"A":2}', { a: 1, A: 2 }],
    ['the same name in two objects', '{"a":{"x":1},"b":{"x":2}}', { a: { x: 1 }, b: { x: 2 } }],
    ['a text alone', '"x"', 'x'],
  ])('%s', (_name, text, value) => {
    expect(readStrictJson(text)).toEqual(value);
  });

  test.each([
    { text: '0', value: 0 },
    { text: '-1', value: -1 },
    { text: '9007199254740991', value: 9_007_199_254_740_991 },
    { text: '-9007199254740991', value: -9_007_199_254_740_991 },
    { text: '1.5', value: 1.5 },
    { text: '15e-1', value: 1.5 },
  ])('the number $text is itself', ({ text, value }) => {
    expect(readStrictJson(text)).toBe(value);
  });

  test.each([
    '1.0',
    '-0',
    '0.0',
    '1e2',
    '9007199254740992',
    '9007199254740993',
    '-9007199254740992',
    '1e400',
    '1e-400',
  ])('T28: the number %s equals no number', text => {
    expect(readStrictJson(text)).toBeNaN();
  });

  test.each(['__proto__', 'constructor', 'toString', 'then', 'toJSON', 'hasOwnProperty'])(
    'T29: a member named %s is a member like any other',
    name => {
      const value = readStrictJson(`{"${name}":{"polluted":true}}`) as object;
      expect(Object.getPrototypeOf(value)).toBeNull();
      expect(Object.keys(value)).toEqual([name]);
      expect('polluted' in {}).toBe(false);
    },
  );
});

describe('a JSON text is refused', () => {
  test.each([
    { name: 'T09: two members of one name', text: '{"a":1,"a":1}' },
    { name: 'T09: two members of one name, one of them escaped', text: '{"a":1,"\\u0061":2}' },
    { name: 'T09: two members of one name, deep inside', text: '{"a":[{"b":{"c":1,"c":2}}]}' },
    { name: 'T29: two members named __proto__', text: '{"__proto__":1,"__proto__":2}' },
    { name: 'T11: half of a surrogate pair', text: '"\\ud83d"' },
    { name: 'T11: the two halves in the wrong order', text: '"\\ude00\\ud83d"' },
    { name: 'T11: a byte order mark', text: '\ufeff{}' },
    { name: 'nothing', text: '' },
    { name: 'white space alone', text: ' ' },
    { name: 'more text after the end', text: '{} {}' },
    { name: 'a NUL after the end', text: '{}\u0000' },
    { name: 'white space of another kind', text: '\u00a0{}' },
    { name: 'a comma after the last member', text: '{"a":1,}' },
    { name: 'a comma after the last item', text: '[1,]' },
    { name: 'a name without quotes', text: '{a:1}' },
    { name: 'a name without its first quotation mark', text: '{a":1}' },
    { name: 'single quotes', text: "{'a':1}" },
    { name: 'a comment', text: '{}//' },
    { name: 'a line feed inside a text', text: '"a\nb"' },
    { name: 'an unknown escape', text: '"\\x41"' },
    { name: 'a text that does not end', text: '"a' },
    { name: 'an array that does not end', text: '[1' },
    { name: 'an object that does not end', text: '{"a":1' },
    { name: 'a member without a value', text: '{"a"}' },
    { name: 'a leading zero', text: '01' },
    { name: 'a plus sign', text: '+1' },
    { name: 'a point without digits', text: '1.' },
    { name: 'NaN', text: 'NaN' },
    { name: 'Infinity', text: '-Infinity' },
    { name: 'half a word', text: 'tru' },
  ])('$name', ({ text }) => {
    expect(() => readStrictJson(text)).toThrow(JsonError);
  });
});

describe('T68: depth and number of members are limited', () => {
  test('the deepest nesting is read, and one level more is refused', () => {
    expect(readStrictJson(nested(MAX_DEPTH))).toBeDefined();
    expect(() => readStrictJson(nested(MAX_DEPTH + 1))).toThrow(JsonError);
  });

  test('objects nest as deep as arrays do', () => {
    expect(readStrictJson(objects(MAX_DEPTH))).toBeDefined();
    expect(() => readStrictJson(objects(MAX_DEPTH + 1))).toThrow(JsonError);
  });

  test('a value that holds no other is read at the greatest depth', () => {
    expect(JSON.stringify(readStrictJson(nested(MAX_DEPTH, '1')))).toBe(nested(MAX_DEPTH, '1'));
  });

  test('the most members are read, and one more is refused', () => {
    expect(Object.keys(readStrictJson(members(MAX_MEMBERS / 2)) as object)).toHaveLength(MAX_MEMBERS / 2);
    expect(() => readStrictJson(members(MAX_MEMBERS / 2 + 1))).toThrow(JsonError);
  });

  test('items of arrays count half as much as members with a name', () => {
    expect(readStrictJson(`[${'0,'.repeat(MAX_MEMBERS - 1)}0]`)).toHaveLength(MAX_MEMBERS);
    expect(() => readStrictJson(`[${'0,'.repeat(MAX_MEMBERS)}0]`)).toThrow(JsonError);
  });
});

describe('the bytes of an object', () => {
  test('are read as UTF-8', () => {
    expect(readStrictObject(bytes('{"branch":"größe/😀"}'))).toEqual({ branch: 'größe/😀' });
  });

  test.each([
    { name: 'T11: a byte that is no UTF-8', given: Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d) },
    { name: 'T11: an overlong slash', given: Uint8Array.of(0x22, 0xc0, 0xaf, 0x22) },
    { name: 'T11: a surrogate in UTF-8', given: Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22) },
    { name: 'T11: a byte order mark', given: bytes('\ufeff{}') },
    { name: 'T11: UTF-16', given: new Uint8Array(Buffer.from('{}', 'utf16le')) },
    { name: 'an array', given: bytes('[]') },
    { name: 'null', given: bytes('null') },
    { name: 'a text', given: bytes('"{}"') },
    { name: 'nothing', given: bytes('') },
  ])('are refused: $name', ({ given }) => {
    expect(() => readStrictObject(given)).toThrow(JsonError);
  });

  test('T54: what is wrong is said without any of the text', () => {
    expect(() => readStrictJson('{"canary":"canary" canary}')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('canary') }),
    );
  });
});
