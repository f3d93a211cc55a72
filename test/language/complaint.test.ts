import { describe, expect, test } from 'vitest';
import { Complaints, type ComplaintsAt, writeComplaint } from '../../lib/language/complaint.ts';
import { parse } from '../../lib/language/parse.ts';
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

describe('a complaint has its rule and its place, and gives nothing:', () => {
  test.each<[string, (here: ComplaintsAt) => undefined]>([
    ['empty', here => here.say('empty', 'Fill it.')],
    ['wrong-type', here => here.wrongType('a list')],
    ['wrong-value', here => here.wrongValue('No.')],
    ['wrong-value', here => here.unexpected('a list')],
    ['missing-key', here => here.missingKey('trust')],
    ['unknown-key', here => here.unknownKey('trusts', ['trust'])],
    ['claim-unknown', here => here.unknownName('claim-unknown', 'no claim', 'ref', ['reff'])],
    ['duplicate-id', here => here.repeated('duplicate-id', 'cases have the name', 'a')],
    ['too-many', here => here.tooMany('There are 3', 2)],
  ])('%s', (rule, complain) => {
    const complaints = new Complaints();
    expect(complain(complaints.at({ place }))).toBeUndefined();
    expect(complain(complaints.at(place))).toBeUndefined();
    expect(complaints.all).toEqual([
      { rule, place, message: expect.any(String) },
      { rule, place, message: expect.any(String) },
    ]);
  });
});

describe('P25: a complaint says', () => {
  const complaints = new Complaints();
  const tree = parse('a.yml', '[]', complaints);
  const here = complaints.at(tree ?? place);

  test.each([
    ['what was found in the place of what was expected', here.wrongType('a mapping'), 'an empty list'],
    ['which name was meant', here.unknownKey('trusst', ['deny', 'trust']), '"trust"'],
    ['which names there are, where none is near and they are few', here.unknownKey('x', ['deny']), 'deny'],
  ])('%s', (_name, _nothing, said) => {
    expect(complaints.all.some(({ message }) => message.includes(said))).toBe(true);
  });

  test('no long list of names', () => {
    const many = Array.from({ length: 13 }, (_, index) => `name${index}`);
    here.unknownKey('x', many);
    expect(complaints.all.at(-1)?.message).not.toContain('name0');
  });
});
