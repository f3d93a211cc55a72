import { describe, expect, test } from 'vitest';
import {
  type Condition,
  checkCondition,
  judgeAll,
  type Operator,
  type Scalar,
} from '../../lib/policy/condition.ts';
import { claims } from '../harness/policy.ts';

function on(operator: Operator, ...operands: Scalar[]): Condition {
  return {
    on: 'claim',
    name: 'c',
    path: 'c',
    operator,
    operands,
    binds: false,
  };
}

function judged(condition: Condition, value: unknown) {
  const { truth, why } = checkCondition(condition, claims({ c: value }), undefined);
  return `${truth}: ${why}`;
}

function from(operator: 'in' | 'not_in', ...operands: string[]): Condition {
  return {
    on: 'source_ip',
    name: 'source_ip',
    path: 'source_ip',
    operator,
    operands,
    binds: false,
  };
}

describe('a condition is true', () => {
  test.each<[string, Condition, unknown]>([
    ['equal text', on('equals', 'main'), 'main'],
    ['equal numbers', on('equals', 5), 5],
    ['the greatest safe integer', on('equals', Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER],
    ['equal booleans', on('equals', false), false],
    ['null equals null', on('equals', null), null],
    ['empty text equals empty text', on('equals', ''), ''],
    ['other text', on('not_equals', 'main'), 'dev'],
    ['present and not null', on('not_equals', null), 'v1'],
    ['one of several', on('in', 'web', 'api'), 'api'],
    ['null among several', on('in', 'v1', null), null],
    ['one of several types', on('in', 'v1', 5), 5],
    ['none of several', on('not_in', 'web', 'api'), 'docs'],
    ['not null and none of several', on('not_in', null, 'v1'), 'v2'],
    ['a pattern', on('matches', 'release/*'), 'release/1'],
    ['one of several patterns', on('matches', 'main', 'release/*'), 'release/1'],
    ['an element', on('contains', 'admins'), ['users', 'admins']],
    ['an element beside one of another type', on('contains', 'admins'), [5, 'admins']],
    ['one of several elements', on('contains_any', 'x', 'users'), ['users', 'admins']],
    ['null as an element', on('contains', null), [null]],
  ])('%s', (_name, condition, value) => {
    expect(judged(condition, value)).toBe('true: holds');
  });
});

describe('a condition is false', () => {
  test.each<[string, Condition, unknown]>([
    ['other text', on('equals', 'main'), 'dev'],
    ['another case', on('equals', 'main'), 'Main'],
    ['T35: another normal form', on('equals', 'caf\u00e9'), 'cafe\u0301'],
    ['text with a space after it', on('equals', 'main'), 'main '],
    ['null where text is wanted', on('equals', 'main'), null],
    ['text where null is wanted', on('equals', null), 'v1'],
    ['equal under not_equals', on('not_equals', 'main'), 'main'],
    ['null under not_equals null', on('not_equals', null), null],
    ['none of several', on('in', 'web', 'api'), 'docs'],
    ['null that is none of several', on('in', 'web', 'api'), null],
    ['one of several under not_in', on('not_in', 'web', 'api'), 'web'],
    ['null under not_in with null', on('not_in', 'web', null), null],
    ['no pattern', on('matches', 'main', 'release/*'), 'dev'],
    ['T26: null under matches', on('matches', '*'), null],
    ['no such element', on('contains', 'admins'), ['users']],
    ['an empty array', on('contains', 'admins'), []],
    ['none of several elements', on('contains_any', 'x', 'y'), ['users', 'admins']],
  ])('%s', (_name, condition, value) => {
    expect(judged(condition, value)).toBe('false: differs');
  });
});

describe('a condition is in doubt', () => {
  const every: Condition[] = [
    on('equals', 'x'),
    on('equals', null),
    on('not_equals', 'x'),
    on('not_equals', null),
    on('in', 'x', 'y'),
    on('not_in', 'x', 'y'),
    on('matches', '*'),
    on('contains', 'x'),
    on('contains_any', 'x', 'y'),
  ];

  test.each(every.map(each => [each.operator, each.operands[0], each] as const))(
    'T25: the claim is absent: %s %j',
    (_operator, _operand, condition) => {
      expect(judged(condition, undefined)).toBe('doubt: absent');
    },
  );

  test.each<[string, Condition, unknown]>([
    ['T27: an array under equals', on('equals', 'main'), ['main']],
    ['T27: an array under not_equals', on('not_equals', 'main'), ['dev']],
    ['T27: an array under not_equals null', on('not_equals', null), ['dev']],
    ['T27: an array under in', on('in', 'main', 'dev'), ['main']],
    ['T27: an array under not_in', on('not_in', 'main'), ['dev']],
    ['T27: an array under matches', on('matches', '*'), ['main']],
    ['an object under equals', on('equals', 'main'), claims({ main: 'main' })],
    ['an object under not_equals', on('not_equals', 'main'), claims({})],
    ['an object under equals null', on('equals', null), claims({})],
    ['text under contains', on('contains', 'admins'), 'admins'],
    ['null under contains', on('contains', 'admins'), null],
    ['an object under contains_any', on('contains_any', '0'), claims({ 0: '0' })],
    ['T26: a number where text is wanted', on('equals', '1'), 1],
    ['T26: text where a number is wanted', on('equals', 1), '1'],
    ['T26: a boolean where text is wanted', on('equals', 'true'), true],
    ['T26: another type under not_equals', on('not_equals', '1'), 1],
    ['T26: another type under not_in', on('not_in', 'a', 'b'), 1],
    ['T26: a number under matches', on('matches', '*'), 5],
    ['T26: a boolean under matches', on('matches', '*'), true],
    ['another type than one of the operands', on('in', 'a', 5), 'b'],
    ['null under not_equals of text', on('not_equals', 'main'), null],
    ['null under not_in of text', on('not_in', 'main', 'dev'), null],
    ['an element of another type', on('contains', 'admins'), ['users', 5]],
    ['a nested array', on('contains', 'admins'), [['admins']]],
  ])('%s', (_name, condition, value) => {
    expect(judged(condition, value)).toBe('doubt: wrong_type');
  });

  test.each<[string, Condition, unknown]>([
    ['NaN, as which the reader of tokens gives 1.0 and 1e400', on('equals', 5), Number.NaN],
    ['a fraction', on('equals', 5), 5.5],
    ['2^53, which equals 2^53 + 1', on('equals', 5), 2 ** 53],
    ['infinity', on('not_equals', 5), Number.POSITIVE_INFINITY],
    ['NaN under not_in', on('not_in', 5, 6), Number.NaN],
    ['NaN as an element', on('contains', 5), [Number.NaN]],
  ])('T28: a number is not a safe integer: %s', (_name, condition, value) => {
    expect(judged(condition, value)).toBe('doubt: unsafe_number');
  });

  test.each<[string, string]>([
    ['a line feed', 'main\n'],
    ['a carriage return', 'a\rb'],
    ['a null character', '\u0000'],
    ['a next line', 'a\u0085'],
    ['delete', '\u007f'],
  ])('R3: no pattern takes a value with a control character: %s', (_name, value) => {
    expect(judged(on('matches', '*'), value)).toBe('doubt: control_character');
    expect(judged(on('matches', 'main?'), value)).toBe('doubt: control_character');
  });

  test.each<[string, string | undefined]>([
    ['no address', undefined],
    ['an address that cannot be read', 'unknown'],
  ])('the source address is unknown: %s', (_name, address) => {
    expect(checkCondition(from('in', '0.0.0.0/0'), claims({}), address).why).toBe('source_address_unknown');
    expect(checkCondition(from('not_in', '0.0.0.0/0'), claims({}), address).truth).toBe('doubt');
  });
});

test.each([
  ['in a range', from('in', '198.51.100.0/24', '203.0.113.0/24'), '203.0.113.7', 'true'],
  ['in no range', from('in', '198.51.100.0/24'), '203.0.113.7', 'false'],
  ['outside of what it must avoid', from('not_in', '198.51.100.0/24'), '203.0.113.7', 'true'],
  ['inside of what it must avoid', from('not_in', '203.0.113.0/24'), '203.0.113.7', 'false'],
  ['IPv4-mapped, unwrapped', from('in', '203.0.113.0/24'), '::ffff:203.0.113.7', 'true'],
])('a source address is judged: %s', (_name, condition, address, truth) => {
  expect(checkCondition(condition, claims({ source_ip: '192.0.2.1' }), address).truth).toBe(truth);
});

test('a check keeps the condition and what the claim held', () => {
  const condition = on('equals', 'main');
  expect(checkCondition(condition, claims({ c: 'dev' }), undefined)).toMatchObject({
    condition,
    actual: 'dev',
  });
});

test('a check on the source keeps the address, never a claim', () => {
  const checked = checkCondition(
    from('in', '203.0.113.0/24'),
    claims({ source_ip: '192.0.2.1' }),
    '203.0.113.7',
  );
  expect(checked.actual).toBe('203.0.113.7');
});

test.each([
  ['nothing', [], 'true'],
  ['true and true', ['x', 'x'], 'true'],
  ['true and in doubt', ['x', undefined], 'doubt'],
  ['in doubt and false', [undefined, 'y'], 'false'],
  ['true and false', ['x', 'y'], 'false'],
])('conditions stand together: %s', (_name, values, truth) => {
  const each = values.map(value => checkCondition(on('equals', 'x'), claims({ c: value }), undefined));
  expect(judgeAll(each).truth).toBe(truth);
});
