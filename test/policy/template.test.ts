import { describe, expect, test } from 'vitest';
import { fillDocument, fillText, findSlots, isIamVariable } from '../../lib/policy/template.ts';
import { findResourceFault } from '../../lib/policy/usable.ts';
import { claims } from '../harness/policy.ts';

const HERE = { place: 'here', usable: findResourceFault };

describe('a claim is put in as it is', () => {
  test.each<[string, unknown, string]>([
    ['a branch', 'feature/x', '<feature/x>'],
    ['every usable character', 'Az09_./=@+:-', '<Az09_./=@+:->'],
    ['two dots inside a segment', 'v1..2', '<v1..2>'],
    ['a number', 5, '<5>'],
    ['zero', 0, '<0>'],
    ['a negative number', -7, '<-7>'],
  ])('%s', (_name, value, text) => {
    expect(fillText('<${c}>', claims({ c: value }), HERE)).toEqual({ text });
  });

  test.each([
    ['without any slot', 'plain $ { } text', 'plain $ { } text'],
    ['with several slots', '${a}/${b}/${a}', 'one/two/one'],
    ['with a slot that is not closed, untouched', '${a}-${b', 'one-${b'],
    ["with IAM's own variables, untouched", '${aws:username}/${a}', '${aws:username}/one'],
    ['with a slot inside of an IAM variable', '${aws:PrincipalTag/${a}}', '${aws:PrincipalTag/one}'],
    ['with a slot for a nested member', '${/nested/deep}', 'three'],
  ])('a template %s', (_name, template, text) => {
    const made = claims({ a: 'one', b: 'two', nested: claims({ deep: 'three' }) });
    expect(fillText(template, made, HERE)).toEqual({ text });
  });
});

describe('T42: a claim is refused by its name', () => {
  test.each<[string, unknown]>([
    ['absent', undefined],
    ['null', null],
    ['a boolean', true],
    ['an array', ['x']],
    ['an object', claims({ x: 'x' })],
    ['T28: not a safe integer', 2 ** 53],
    ['T28: a fraction', 1.5],
    ['NaN', Number.NaN],
    ['empty', ''],
    ['a star', '*'],
    ['a question mark', 'feature?'],
    ['a variable of IAM', '${aws:username}'],
    ['a slot', '${sub}'],
    ['a quote', 'x"'],
    ['a space', 'a b'],
    ['a line break at the end', 'main\n'],
    ['a backslash', 'a\\b'],
    ['a comma', 'a,b'],
    ['a hash', 'fix#1'],
    ['a percent sign', '%2e%2e'],
    ['another script', 'ветка'],
    ['a way up', 'a/../b'],
    ['a way up alone', '..'],
    ['a way up at the end', 'a/..'],
    ['a dot as a segment', './a'],
  ])('%s', (_name, value) => {
    expect(fillText('<${c}>', claims({ c: value }), HERE)).toMatchObject({
      refused: { claim: 'c', place: 'here' },
    });
  });

  test('a name that no claim has, though every object has it', () => {
    expect(fillText('${constructor}', claims({}), HERE)).toMatchObject({
      refused: { claim: 'constructor', why: 'absent' },
    });
    expect(fillText('${__proto__}', claims({}), HERE)).toMatchObject({
      refused: { claim: '__proto__', why: 'absent' },
    });
  });

  test('a pointer that is malformed', () => {
    expect(fillText('${/c}', claims({ c: 'x' }), HERE)).toMatchObject({ refused: { claim: '/c' } });
  });

  test('the first of several', () => {
    expect(fillText('${a}${b}${c}', claims({ a: 'x' }), HERE)).toMatchObject({ refused: { claim: 'b' } });
  });
});

describe('T42: a document is built structurally', () => {
  const document = {
    Statement: [{ Resource: ['arn:aws:s3:::${c}/*', 'arn:aws:s3:::fixed'], Sid: null, Count: 2, Last: true }],
    '${c}': 'a key stays as it is',
  };

  test('every string is filled in, and nothing else changes', () => {
    expect(fillDocument(document, claims({ c: 'web' }), HERE)).toEqual({
      document: {
        Statement: [
          { Resource: ['arn:aws:s3:::web/*', 'arn:aws:s3:::fixed'], Sid: null, Count: 2, Last: true },
        ],
        '${c}': 'a key stays as it is',
      },
    });
  });

  test('one refusal refuses the whole document', () => {
    expect(fillDocument(document, claims({ c: '*' }), HERE)).toEqual({
      refused: {
        claim: 'c',
        place: 'here.Statement[0].Resource[0]',
        why: 'character',
        character: '* (U+002A)',
        position: 1,
      },
    });
  });

  test('the document of the role is never changed', () => {
    const before = structuredClone(document);
    fillDocument(document, claims({ c: 'web' }), HERE);
    expect(document).toEqual(before);
  });

  test('T29: a member named __proto__ stays a member', () => {
    const filled = fillDocument(
      JSON.parse('{"__proto__":{"polluted":"${c}"}}') as object,
      claims({ c: 'web' }),
      HERE,
    );
    expect(JSON.stringify(filled)).toBe('{"document":{"__proto__":{"polluted":"web"}}}');
  });
});

test.each<[string, string, (string | undefined)[]]>([
  ['none', 'a $ b', []],
  ['each in order', '${a}-${b}', ['a', 'b']],
  ['one that is not closed', '${a}-${b', ['a', undefined]],
  ['one inside of another', '${a${b}}', ['a${b', 'b']],
  ['an empty one', '${}', ['']],
])('slots are found: %s', (_name, template, names) => {
  expect(findSlots(template).map(({ name }) => name)).toEqual(names);
});

test.each([
  ['aws:username', true],
  ['aws', false],
  ['s3:prefix', false],
  [undefined, false],
])('%s is one of IAM: %j', (name, answer) => {
  expect(isIamVariable(name)).toBe(answer);
});
