import { describe, expect, test } from 'vitest';
import { decodeToken, indentJson, readConsoleClaims } from '../../../lib/review/console/claims.ts';

function segment(text: string): string {
  return Buffer.from(text).toString('base64url');
}
function tokenOf(payload: string): string {
  return `${segment('{"alg":"RS256"}')}.${segment(payload)}.c2ln`;
}

test.each([
  ['members', '{"a":"b","c":null}', '{\n  "a": "b",\n  "c": null\n}'],
  ['what is nested', '{"a":[1,{"b":2}]}', '{\n  "a": [\n    1,\n    {\n      "b": 2\n    }\n  ]\n}'],
  ['what is empty', '{"a":[],"b":{}}', '{\n  "a": [],\n  "b": {}\n}'],
  ['text that looks like more', '{"a":"{,\\"}:"}', '{\n  "a": "{,\\"}:"\n}'],
  [
    'numbers as they are written',
    '{"a":1.0,"b":9007199254740993}',
    '{\n  "a": 1.0,\n  "b": 9007199254740993\n}',
  ],
])('%s are given lines of their own', (_name, json, lines) => {
  expect(indentJson(json)).toBe(lines);
});

describe('a token', () => {
  test.each([
    ['plain', tokenOf('{"sub":"a"}'), '{\n  "sub": "a"\n}'],
    ['with space around it', `\n ${tokenOf('{"sub":"a"}')}\n`, '{\n  "sub": "a"\n}'],
    ['with text beyond ASCII', tokenOf('{"sub":"ä→𝕏"}'), '{\n  "sub": "ä→𝕏"\n}'],
    ['without a signature', `${segment('{}')}.${segment('{"sub":"a"}')}.`, '{\n  "sub": "a"\n}'],
  ])('%s is decoded', (_name, token, claims) => {
    expect(decodeToken(token)).toBe(claims);
  });

  test.each([
    ['of two segments', 'e30.e30'],
    ['of four segments', 'e30.e30.e30.e30'],
    ['whose payload is no JSON', `e30.${segment('claims')}.c2ln`],
    ['whose payload is no object', `e30.${segment('[]')}.c2ln`],
    ['with a claim that stands twice', tokenOf('{"sub":"a","sub":"b"}')],
    ['whose payload is no base64url', 'e30.a.c2ln'],
  ])('%s is none', (_name, token) => {
    expect(decodeToken(token)).toBeUndefined();
  });
});

describe('claims', () => {
  test('are read with a number that is not safe as one that equals nothing', () => {
    expect(readConsoleClaims('{"a":1,"b":1.0,"c":9007199254740993}')).toEqual({
      claims: { a: 1, b: Number.NaN, c: Number.NaN },
    });
  });

  test.each([
    ['nothing', ' \n'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a claim that stands twice', '{"a":1,"a":2}'],
    ['a comma too many', '{"a":1,}'],
    ['a token that is cut off', 'eyJhbGciOiJSUzI1NiJ9.eyJ'],
  ])('are refused as %s', (_name, text) => {
    expect(readConsoleClaims(text)).toEqual({ fault: expect.any(String) });
  });
});
