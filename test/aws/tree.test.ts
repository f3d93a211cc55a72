import { expect, test } from 'vitest';
import { readXmlTree, type XmlTree } from '../../lib/aws/tree.ts';
import { XmlError } from '../../lib/aws/xml.ts';

test.each<[name: string, text: string, tree: XmlTree]>([
  ['a text', '<A>x</A>', 'x'],
  ['elements', '<A><B>x</B><C/></A>', { B: 'x', C: '' }],
  ['a list', '<A><member>x</member><member>y</member></A>', ['x', 'y']],
  ['a list of one', '<A><member><B>x</B></member></A>', [{ B: 'x' }]],
  ['a list of another name', '<A><Server>x</Server><Server>y</Server></A>', ['x', 'y']],
  ['a list within', '<A><B><member>x</member></B><C>y</C></A>', { B: ['x'], C: 'y' }],
])('%s is read', (_name, text, tree) => {
  expect(readXmlTree(text)).toEqual(tree);
});

test.each([
  ['a list beside other elements', '<A><member>x</member><B>y</B></A>'],
  ['an element that comes twice beside another', '<A><B>x</B><B>y</B><C>z</C></A>'],
  ['what is no XML', '{}'],
])('%s is refused', (_name, text) => {
  expect(() => readXmlTree(text)).toThrow(XmlError);
});
