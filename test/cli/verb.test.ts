import { describe, expect, test } from 'vitest';
import {
  CONFIG_OPTION,
  EXIT,
  readFlag,
  readFlags,
  readFlagTexts,
  readSecondsFlag,
  UsageError,
  type Verb,
} from '../../lib/cli/verb.ts';
import { wordsOf } from '../harness/command-line.ts';

const VERB: Verb = {
  examples: [],
  options: {
    role: { type: 'string', value: 'ROLE', help: '' },
    claim: { type: 'string', value: 'NAME', multiple: true, help: '' },
    json: { type: 'boolean', help: '' },
    config: CONFIG_OPTION,
  },
  run: async () => EXIT.done,
};

test('the exit codes are what scripts rely on', () => {
  expect(EXIT).toEqual({
    done: 0,
    failed: 1,
    denied: 2,
    widened: 3,
    undecided: 4,
    usage: 64,
    notStarted: 125,
  });
});

test.each([
  ['nothing', '', {}],
  ['a value as the next word', '--role web', { role: 'web' }],
  ['a value after =', '--role=web', { role: 'web' }],
  ['a value with = in it', '--role=a=b', { role: 'a=b' }],
  ['a dash, which is standard input', '--role -', { role: '-' }],
  ['a flag that may be repeated', '--claim a --claim b', { claim: ['a', 'b'] }],
  ['a flag without a value', '--json', { json: true }],
  ['the folder of the configuration', '--config c', { config: 'c' }],
  ['the short form of help', '-h', { help: true }],
])('flags can be %s', (_name, words, expected) => {
  expect({ ...readFlags(VERB, wordsOf(words)) }).toEqual(expected);
});

test.each([
  ['a flag that is not known', '--rule web'],
  ['a flag that every object inherits', '--hasOwnProperty'],
  ['a prototype', '--__proto__ x'],
  ['a short form that is not known', '-r web'],
  ['a word alone', 'web'],
  ['a word after --', '-- web'],
  ['no value at the end', '--role'],
  ['a value that is not taken', '--json=1'],
])('wrong usage is %s', (_name, words) => {
  expect(() => readFlags(VERB, wordsOf(words))).toThrow(UsageError);
});

test.each([
  ['words that look like flags', '--json -- make --json', { json: true, '--': ['make', '--json'] }],
  ['a second --, which is its own', '-- a -- b', { '--': ['a', '--', 'b'] }],
  ['none after --', '--', { '--': [] }],
  ['none at all', '--json', { json: true, '--': [] }],
])('a command can have %s', (_name, words, expected) => {
  expect({ ...readFlags({ ...VERB, takesCommand: true }, wordsOf(words)) }).toEqual(expected);
});

test('a flag that may be repeated is a list of texts, also when it is absent', () => {
  const flags = readFlags(VERB, ['--claim', 'a', '--claim', 'b']);
  expect([readFlagTexts(flags, 'claim'), readFlagTexts(flags, 'role')]).toEqual([['a', 'b'], []]);
});

test('a flag is its one text, and nothing when it is absent or of another type', () => {
  const flags = readFlags(VERB, ['--role', 'web', '--json']);
  expect([readFlag(flags, 'role'), readFlag(flags, 'json'), readFlag(flags, 'claim')]).toEqual([
    'web',
    undefined,
    undefined,
  ]);
});

test('seconds are a whole number, or nothing when they are not given', () => {
  expect([
    readSecondsFlag({ n: '900' }, 'n'),
    readSecondsFlag({ n: '0' }, 'n'),
    readSecondsFlag({}, 'n'),
  ]).toEqual([900, 0, undefined]);
});

test.each(['', 'soon', '-1', '1.5', '1e3', ' 5'])('seconds cannot be "%s"', written => {
  expect(() => readSecondsFlag({ n: written }, 'n')).toThrow(UsageError);
});

describe('words after the verb', () => {
  const verb: Verb = {
    ...VERB,
    words: [
      { name: 'OLD', help: '' },
      { name: 'NEW', help: '', optional: true },
    ],
  };

  test.each<[words: string, flags: object]>([
    ['a', { OLD: 'a' }],
    ['a b', { OLD: 'a', NEW: 'b' }],
    ['a --json b', { OLD: 'a', NEW: 'b', json: true }],
    ['--help', { help: true }],
  ])('%j', (words, flags) => {
    expect({ ...readFlags(verb, wordsOf(words)) }).toEqual(flags);
  });

  test.each([[[]], [['a', 'b', 'c']]])('%j is refused', words => {
    expect(() => readFlags(verb, words)).toThrow(UsageError);
  });
});
