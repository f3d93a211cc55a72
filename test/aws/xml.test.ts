import { expect, test } from 'vitest';
import { readXml, XmlError } from '../../lib/aws/xml.ts';

function read(text: string): object {
  return Object.fromEntries(readXml(text));
}

test.each<[name: string, text: string, texts: object]>([
  ['one element', '<A>x</A>', { A: 'x' }],
  ['an element without a text', '<A></A>', { A: '' }],
  ['an empty element', '<A><B/></A>', { A: '', 'A/B': '' }],
  ['an XML declaration', '<?xml version="1.0" encoding="UTF-8"?>\n<A>x</A>', { A: 'x' }],
  ['a namespace', '<A xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><B>x</B></A>', { A: '', 'A/B': 'x' }],
  ['lines and indents', '\n<A>\n  <B>x</B>\r\n\t<C>y</C>\n</A>\n', { A: '', 'A/B': 'x', 'A/C': 'y' }],
  [
    'one name in two places',
    '<A><B><C>x</C></B><C>y</C></A>',
    { A: '', 'A/B': '', 'A/B/C': 'x', 'A/C': 'y' },
  ],
  ['a text with its spaces', '<A> x </A>', { A: ' x ' }],
  ['the five entities', '<A>&lt;&gt;&amp;&quot;&apos;</A>', { A: '<>&"\'' }],
  ['characters by number', '<A>&#60;&#x1F600;&#xe9;</A>', { A: '<\u{1F600}é' }],
  ['an entity only once', '<A>&amp;lt;</A>', { A: '&lt;' }],
  ['base64', '<A>a/b+c==</A>', { A: 'a/b+c==' }],
])('%s is read', (_name, text, texts) => {
  expect(read(text)).toEqual(texts);
});

test.each<[name: string, text: string]>([
  ['nothing', ''],
  ['no XML', 'Service Unavailable'],
  ['JSON', '{}'],
  ['a page', '<!DOCTYPE html><html></html>'],
  ['a DTD with an entity', '<!DOCTYPE A [<!ENTITY x "y">]><A>&x;</A>'],
  ['an unknown entity', '<A>&x;</A>'],
  ['an entity by an inherited name', '<A>&constructor;</A>'],
  ['an entity without an end', '<A>&lt</A>'],
  ['a lone ampersand', '<A>x & y</A>'],
  ['a character beyond Unicode', '<A>&#x110000;</A>'],
  ['a comment', '<A><!-- x --></A>'],
  ['a comment within a text', '<A>x<!-- y -->z</A>'],
  ['a CDATA section', '<A><![CDATA[x]]></A>'],
  ['a processing instruction', '<A><?x y?></A>'],
  ['a second root', '<A>x</A><B>y</B>'],
  ['text before the root', 'x<A/>'],
  ['text after the root', '<A/>x'],
  ['an element that comes twice', '<A><B>x</B><B>y</B></A>'],
  ['text beside elements', '<A>x<B>y</B></A>'],
  ['text after elements', '<A><B>y</B>x</A>'],
  ['ends in a wrong order', '<A><B>x</A></B>'],
  ['an end of another case', '<A>x</a>'],
  ['an end that is missing', '<A><B>x</B>'],
  ['an end that breaks off', '<A>x</A'],
  ['an end alone', '</A>'],
  ['an end with an attribute', '<A>x</A y="z">'],
  ['an attribute without quotes', '<A b=c>x</A>'],
  ['a name that is a number', '<1>x</1>'],
])('%s is refused', (_name, text) => {
  expect(() => read(text)).toThrow(XmlError);
});

test('what is refused is not told', () => {
  const fault = (): string => {
    try {
      readXml('<SecretAccessKey>canary</SecretAccessKe>');
      return 'none';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(fault()).not.toContain('canary');
});

test('an answer of any length is read in a time that grows with it', () => {
  const long = `<A>${'<B'.repeat(100_000)}`;
  const started = performance.now();
  expect(() => read(long)).toThrow(XmlError);
  expect(() => read(`<A${' b="c"'.repeat(40_000)}`)).toThrow(XmlError);
  expect(performance.now() - started).toBeLessThan(1000);
});
