import { describe, expect, test } from 'vitest';
import {
  checked,
  data,
  either,
  integer,
  list,
  object,
  oneOf,
  optional,
  placed,
  record,
  required,
  type Shape,
  text,
  truth,
} from '../../lib/language/shape.ts';
import { readWith } from '../harness/policy.ts';

const name = text({ max: 5, pattern: /^[a-z]+$/, says: 'a name' });
const person = object({ name: required(name), age: optional(integer(0, 150)) });
const audience = either(name, object({ value: required(name) }));

function read(shape: Shape<unknown>, yaml: string) {
  return readWith(yaml, (tree, complaints) => shape.read(tree, complaints));
}

describe('a value of the right shape is read', () => {
  test.each<[string, Shape<unknown>, string, unknown]>([
    ['text', text(), 'x', 'x'],
    ['text of a pattern', name, 'ann', 'ann'],
    ['quoted digits as text', text(), '"5"', '5'],
    ['the least whole number', integer(1, 9), '1', 1],
    ['the greatest whole number', integer(1, 9), '9', 9],
    ['a negative whole number', integer(-5, 9), '-5', -5],
    ['false', truth, 'false', false],
    ['one of the words', oneOf('a', 'b'), 'b', 'b'],
    ['a list', list(name), '[a, b]', ['a', 'b']],
    ['an object without its optional key', person, 'name: ann', { name: 'ann' }],
    ['an object with all its keys', person, '{ name: ann, age: 3 }', { name: 'ann', age: 3 }],
    ['data', data, '{ a: [x] }', { a: ['x'] }],
    ['the scalar of either', audience, 'ann', 'ann'],
    ['the mapping of either', audience, 'value: ann', { value: 'ann' }],
  ])('%s', (_name, shape, yaml, value) => {
    expect(read(shape, yaml)).toEqual({ value, refusals: [] });
  });
});

describe('a value of another shape is refused', () => {
  test.each<[name: string, shape: Shape<unknown>, yaml: string, ...refusals: string[]]>([
    ['T37: a number where text is wanted', text(), '5', 'wrong-type 1:1'],
    ['T37: a boolean where text is wanted', text(), 'true', 'wrong-type 1:1'],
    ['null where text is wanted', text(), 'null', 'wrong-type 1:1'],
    ['a list where text is wanted', text(), '[x]', 'wrong-type 1:1'],
    ['empty text', text(), '""', 'wrong-value 1:1'],
    ['text that is too long', name, 'abcdef', 'wrong-value 1:1'],
    ['text of another pattern', name, 'Ann', 'wrong-value 1:1'],
    ['a number below the least', integer(1, 9), '0', 'wrong-value 1:1'],
    ['a number above the greatest', integer(1, 9), '10', 'wrong-value 1:1'],
    ['a number with a point', integer(1, 9), '5.0', 'wrong-value 1:1'],
    ['a number with an exponent', integer(1, 9), '5e0', 'wrong-value 1:1'],
    ['a number in hex', integer(1, 99), '0x10', 'wrong-value 1:1'],
    ['a number with a leading zero', integer(1, 9), '05', 'wrong-value 1:1'],
    ['a number with a sign', integer(1, 9), '+5', 'wrong-value 1:1'],
    ['infinity', integer(1, 9), '.inf', 'wrong-value 1:1'],
    ['text where a number is wanted', integer(1, 9), '"5"', 'wrong-type 1:1'],
    ['text where a boolean is wanted', truth, 'yes', 'wrong-type 1:1'],
    ['another word', oneOf('a', 'b'), 'c', 'wrong-value 1:1'],
    ['no word', oneOf('a', 'b'), '1', 'wrong-type 1:1'],
    ['an empty list', list(name), '[]', 'empty 1:1'],
    ['a list that is too long', list(name, 2), '[a, b, c]', 'too-many 1:1'],
    ['text where a list is wanted', list(name), 'a', 'wrong-type 1:1'],
    ['each bad item of a list', list(name), '[a, B, c, 4]', 'wrong-value 1:5', 'wrong-type 1:11'],
    ['an empty mapping of names', record(name), '{}', 'empty 1:1'],
    ['too many names', record(name, 1), '{ a: x, b: y }', 'too-many 1:1'],
    ['each bad value of a mapping', record(name), '{ a: X, b: 1 }', 'wrong-value 1:6', 'wrong-type 1:12'],
    ['text where a mapping of names is wanted', record(name), 'a', 'wrong-type 1:1'],
    ['text where data is wanted', data, 'a', 'wrong-type 1:1'],
    ['text where an object is wanted', person, 'ann', 'wrong-type 1:1'],
    ['an unknown key', person, 'name: ann\nagee: 3', 'unknown-key 2:1'],
    ['a missing key', person, 'age: 3', 'missing-key 1:1'],
    ['a bad key, which is not missing as well', person, 'name: 5', 'wrong-type 1:7'],
    ['T29: the constructor as a key', person, '{ name: ann, constructor: x }', 'unknown-key 1:14'],
    ['T29: __proto__ as a key', person, '{ __proto__: { name: ann } }', 'unknown-key 1:3', 'missing-key 1:1'],
    ['the mapping of either, wrong inside', audience, 'value: ANN', 'wrong-value 1:8'],
  ])('%s', (_name, shape, yaml, ...refusals) => {
    expect(read(shape, yaml)).toEqual({ value: undefined, refusals });
  });
});

test('all that is wrong with an object is told at once', () => {
  expect(read(person, 'name: ANN\nage: old\nheight: 3\n').refusals).toEqual([
    'wrong-value 1:7',
    'wrong-type 2:6',
    'unknown-key 3:1',
  ]);
});

test('T29: a mapping of names has no prototype, so that no name is special', () => {
  const { value } = readWith('__proto__: x', (tree, complaints) => record(name).read(tree, complaints));
  expect(value && Object.getPrototypeOf(value)).toBeNull();
  expect(value && Object.entries(value)).toEqual([['__proto__', 'x']]);
});

test('a value can keep its place', () => {
  const { value } = readWith('{ name: ann }', (tree, complaints) =>
    object({ name: required(placed(name)) }).read(tree, complaints),
  );
  expect(value?.name).toEqual({ value: 'ann', place: { file: 'tested.yml', line: 1, column: 9 } });
});

test('a check of the value as a whole complains at its place', () => {
  const shape = checked(list(name), 'wrong-value', names => (names.length > 1 ? 'Only one.' : undefined));
  expect(read(shape, '[a]')).toEqual({ value: ['a'], refusals: [] });
  expect(read(shape, '[a, b]')).toEqual({ value: undefined, refusals: ['wrong-value 1:1'] });
  expect(read(shape, '[A]').refusals).toEqual(['wrong-value 1:2']);
});
