import { describe, expect, test } from 'vitest';
import { readXml } from '../../../lib/aws/xml.ts';
import { writeStsXml } from '../../../lib/protocols/sts/xml.ts';

test('elements are written in their order, and what is undefined is left out', () => {
  expect(writeStsXml('A', { B: { C: 'c', D: undefined }, E: '' })).toBe(
    '<A xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><B><C>c</C></B><E></E></A>\n',
  );
});

describe('T66: whatever a text holds is read back as that text:', () => {
  test.each([
    '</C><D>x</D>',
    '<![CDATA[x]]>',
    '<!--',
    ']]>',
    '&amp;',
    '&#60;',
    `"'`,
    'a\r\nb\tc',
    'main é 世界 😀',
    ' outer spaces ',
  ])('%j', text => {
    expect(readXml(writeStsXml('A', { C: text })).get('A/C')).toBe(text);
  });
});

test.each(['\u0000', '\u0008', '\u001b', '\ufffe', '\uffff', '\ud800'])(
  'T66: %j can stand in no XML and is replaced, so that the document can be read',
  character => {
    expect(readXml(writeStsXml('A', { C: `a${character}b` })).get('A/C')).toBe('a?b');
  },
);
