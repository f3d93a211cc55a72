import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  describeUnusable,
  findResourceFault,
  findTagFault,
  findTextFault,
  type ValueFault,
} from '../../lib/policy/usable.ts';

/** What STS demands of a tag's value (TagValue of its API), to which we only add. */
const AWS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

describe('a session tag takes what AWS takes', () => {
  test.each([
    'main',
    'feature/größe',
    'feature/my branch',
    'Pin system tests',
    '日本語',
    'ветка-1',
    'a@b+c=d:e_f.g',
    'v1..2',
    '...',
    '٣٤',
  ])('%s', value => {
    expect(findTagFault(value)).toBeUndefined();
    expect(value).toMatch(AWS);
  });
});

describe('T46: less what AWS does not take, and what would look like another value', () => {
  test.each<[string, string, ValueFault]>([
    ['a hash', 'fix#1', { why: 'character', character: '# (U+0023)', position: 4 }],
    ['a bracket', 'dependabot[bot]', { why: 'character', character: '[ (U+005B)', position: 11 }],
    [
      'a position behind what takes two units',
      '𠮷𠮷*',
      { why: 'character', character: '* (U+002A)', position: 3 },
    ],
    ['an emoji', 'a😀', { why: 'character', character: 'U+1F600', position: 2 }],
    ['a space at the end', 'main ', { why: 'space_at_end', character: 'U+0020', position: 5 }],
    ['a space at the beginning', ' main', { why: 'space_at_end', character: 'U+0020', position: 1 }],
    ['a space that does not break', 'my\u00a0branch', { why: 'character', character: 'U+00A0', position: 3 }],
    ['a line separator', 'a\u2028b', { why: 'character', character: 'U+2028', position: 2 }],
    ['a filler, which is a letter', 'main\u3164', { why: 'character', character: 'U+3164', position: 5 }],
    ['no width', 'ma\u200bin', { why: 'character', character: 'U+200B', position: 3 }],
    ['a mark of its own', 'gro\u0308ße', { why: 'character', character: 'U+0308', position: 4 }],
    ['a letter that has another form', '\u212b', { why: 'not_composed', character: 'U+212B', position: 1 }],
    ['a way up', 'a/../b', { why: 'dot_segment', character: '. (U+002E)', position: 3 }],
    ['a dot alone', '.', { why: 'dot_segment', character: '. (U+002E)', position: 1 }],
    ['a line break', 'a\nb', { why: 'character', character: 'U+000A', position: 2 }],
    ['nothing', '', { why: 'empty' }],
  ])('%s', (_name, value, fault) => {
    expect(findTagFault(value)).toEqual(fault);
  });
});

describe('a text in a JWT', () => {
  test.each(['', 'fix#1', 'a "quoted" \\ text', '*', '日本語 😀', ' x ', 'x'.repeat(1024)])(
    'takes %j',
    value => {
      expect(findTextFault(value)).toBeUndefined();
    },
  );

  test.each<[string, string, ValueFault]>([
    ['a tab', 'a\tb', { why: 'character', character: 'U+0009', position: 2 }],
    ['a control of C1', 'a\u0085', { why: 'character', character: 'U+0085', position: 2 }],
    ['a change of direction', '\u202emain', { why: 'character', character: 'U+202E', position: 1 }],
    ['a mark of direction', 'a\u061c', { why: 'character', character: 'U+061C', position: 2 }],
    ['half a pair', 'a\ud83d', { why: 'character', character: 'U+D83D', position: 2 }],
    ['too many', 'x'.repeat(1025), { why: 'too_long' }],
  ])('T42: refuses %s', (_name, value, fault) => {
    expect(findTextFault(value)).toEqual(fault);
  });
});

describe('for every text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom('a', 'é', 'e', '\u0301', '.', '/', ' ', '#', 'ᄀ', 'ᅡ', '\u3164'),
      maxLength: 8,
    }),
  );

  test('T46: AWS takes as a tag what we take, and it is one text however it is composed', () => {
    fc.assert(
      fc.property(text, value => {
        fc.pre(findTagFault(value) === undefined);
        expect(value).toMatch(AWS);
        expect(value.normalize('NFC')).toBe(value);
        expect(value.trim()).toBe(value);
      }),
    );
  });

  test('what may stand in a policy may stand in a tag, and what in a tag in a text', () => {
    fc.assert(
      fc.property(text, value => {
        if (findResourceFault(value) === undefined) expect(findTagFault(value)).toBeUndefined();
        if (findTagFault(value) === undefined) expect(findTextFault(value)).toBeUndefined();
      }),
    );
  });

  test('T66: a fault is told in one line of printable ASCII, and names the very character', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(findTagFault, findTextFault, findResourceFault), (value, find) => {
        const fault = find(value);
        fc.pre(fault !== undefined);
        expect(describeUnusable({ ...fault, claim: 'c', place: 'aws.tags.t' })).toMatch(/^[\x20-\x7e]+$/);
        if (fault.position === undefined) return;
        const code = [...value][fault.position - 1]
          ?.codePointAt(0)
          ?.toString(16)
          .toUpperCase()
          .padStart(4, '0');
        expect(fault.character).toContain(`U+${code}`);
      }),
    );
  });
});
