import { describe, expect, test } from 'vitest';
import { writeComplaint } from '../../lib/language/complaint.ts';
import { compileText } from '../harness/policy.ts';

const place = { file: 'a.yml', line: 2, column: 3 };

describe('a complaint is one line', () => {
  test.each([
    ['of plain words', 'No.', 'a.yml:2:3  empty  No.'],
    ['of another script', 'Нет 𝒳', 'a.yml:2:3  empty  Нет 𝒳'],
    ['with a line break', 'a\nb\r', 'a.yml:2:3  empty  a\\u000ab\\u000d'],
    ['with an escape sequence of a terminal', '\x1b[2J', 'a.yml:2:3  empty  \\u001b[2J'],
  ])('%s', (_name, message, line) => {
    expect(writeComplaint({ rule: 'empty', place, message })).toBe(line);
  });

  test('even if text of the file that it quotes is two', () => {
    const { complaints } = compileText('trust:\n- iss: "a\\n::error::b"\n  sub: x\n');
    const lines = complaints.filter(({ rule }) => rule === 'issuer-unknown').map(writeComplaint);
    expect(lines.map(line => line.split('\n').length)).toEqual([1]);
  });
});
