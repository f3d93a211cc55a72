import { expect, test } from 'vitest';
import { EXIT, flag, readFlags, seconds, UsageError, type Verb } from '../../lib/cli/verb.ts';

const VERB: Verb = {
  summary: '',
  help: '',
  options: { role: { type: 'string' }, claim: { type: 'string', multiple: true }, json: { type: 'boolean' } },
  run: async () => EXIT.done,
};

test('the exit codes are what scripts rely on', () => {
  expect(EXIT).toEqual({ done: 0, failed: 1, denied: 2, usage: 64 });
});

test.each([
  ['nothing', [], {}],
  ['a value as the next word', ['--role', 'web'], { role: 'web' }],
  ['a value after =', ['--role=web'], { role: 'web' }],
  ['a value with = in it', ['--role=a=b'], { role: 'a=b' }],
  ['a dash, which is standard input', ['--role', '-'], { role: '-' }],
  ['a flag that may be repeated', ['--claim', 'a', '--claim', 'b'], { claim: ['a', 'b'] }],
  ['a flag without a value', ['--json'], { json: true }],
  ['the folder, which every verb takes', ['--config', 'c'], { config: 'c' }],
  ['the short form of help', ['-h'], { help: true }],
])('flags can be %s', (_name, words, expected) => {
  expect({ ...readFlags(VERB, words) }).toEqual(expected);
});

test.each([
  ['a flag that is not known', ['--rule', 'web']],
  ['a flag that every object inherits', ['--hasOwnProperty']],
  ['a prototype', ['--__proto__', 'x']],
  ['a short form that is not known', ['-r', 'web']],
  ['a word alone', ['web']],
  ['a word after --', ['--', 'web']],
  ['no value at the end', ['--role']],
  ['a value that is not taken', ['--json=1']],
])('wrong usage is %s', (_name, words) => {
  expect(() => readFlags(VERB, words)).toThrow(UsageError);
});

test('a flag is its one text, and nothing when it is absent or of another type', () => {
  const flags = readFlags(VERB, ['--role', 'web', '--json']);
  expect([flag(flags, 'role'), flag(flags, 'json'), flag(flags, 'claim')]).toEqual([
    'web',
    undefined,
    undefined,
  ]);
});

test('seconds are a whole number, or nothing when they are not given', () => {
  expect([seconds({ n: '900' }, 'n'), seconds({ n: '0' }, 'n'), seconds({}, 'n')]).toEqual([
    900,
    0,
    undefined,
  ]);
});

test.each(['', 'soon', '-1', '1.5', '1e3', ' 5'])('seconds cannot be "%s"', written => {
  expect(() => seconds({ n: written }, 'n')).toThrow(UsageError);
});
