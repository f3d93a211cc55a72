import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { colorText } from '../../lib/cli/color.ts';
import { testTerminal } from '../harness/local.ts';

const TEXT = `DENIED: deploy
    yes       a equals "DENIED"
    no        b equals "x"
    in doubt  c equals "y"
ok      deploy
FAILED  publish
  not noticed  main
`;
function person(environment = {}) {
  return { ...testTerminal(environment), colors: true };
}

test('a person at a terminal gets colors where a line says how something ended', () => {
  const text = colorText(TEXT, person());
  expect(text.match(/\u001b\[3[1-3]m[\w ]+\u001b\[39m/g)?.map(each => each.slice(2, -5))).toEqual([
    '31mDENIED',
    '32myes',
    '31mno',
    '33min doubt',
    '32mok',
    '31mFAILED',
    '33mnot noticed',
  ]);
});

test('but for the colors the text is the same', () => {
  expect(stripVTControlCharacters(colorText(TEXT, person()))).toBe(TEXT);
});

describe('there are no colors', () => {
  test.each([
    ['for what is no terminal', testTerminal()],
    ['for who set NO_COLOR', person({ NO_COLOR: '1' })],
  ])('%s', (_name, terminal) => {
    expect(colorText(TEXT, terminal)).toBe(TEXT);
  });

  test('but an empty NO_COLOR says nothing', () => {
    expect(colorText(TEXT, person({ NO_COLOR: '' }))).not.toBe(TEXT);
  });
});
