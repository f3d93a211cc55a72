import { expect, test } from 'vitest';
import { NoSubjectToken, readSubjectToken } from '../../../lib/client/subject/mint.ts';

test.each([
  ['as it is', 'aa.bb-_.cc'],
  ['without the newline of a file', 'aa.bb-_.cc\n'],
  ['without the newline of Windows', 'aa.bb-_.cc\r\n'],
])('a token is taken %s', (_name, text) => {
  expect(readSubjectToken(text, 'a file')).toBe('aa.bb-_.cc');
});

test.each([
  ['nothing', ''],
  ['what is no text', undefined],
  ['two parts', 'aa.bb'],
  ['an empty part', 'aa..cc'],
  ['two lines', 'aa.bb.cc\naa.bb.cc'],
  ['a message before it', 'Token: aa.bb.cc'],
])('%s is no token, and is not repeated', (_name, text) => {
  const given = (): string => readSubjectToken(text, 'a file');
  expect(given).toThrow(NoSubjectToken);
  expect(given).not.toThrow(text || 'undefined');
});
