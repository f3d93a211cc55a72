import { walkXml, XmlError } from './xml.ts';

/** An element: its text, its elements by name, or a list of them. */
export type XmlTree = string | readonly XmlTree[] | { readonly [name: string]: XmlTree };

type OpenElement = { readonly name: string; readonly children: (readonly [name: string, tree: XmlTree])[] };

/** AWS writes a list as elements `member`, or of another name that comes again. */
function joinChildren(children: OpenElement['children']): XmlTree {
  const names = new Set(children.map(([name]) => name));
  const isList = names.has('member') || names.size < children.length;
  if (isList && names.size > 1) throw new XmlError('a list beside other elements');
  return isList ? children.map(([, tree]) => tree) : Object.fromEntries(children);
}

/** Reads the root element of an answer that may hold lists. An empty list is an empty text. Throws `XmlError`. */
export function readXmlTree(written: string): XmlTree {
  const open: OpenElement[] = [{ name: '', children: [] }];
  walkXml(written, {
    start: name => void open.push({ name, children: [] }),
    end(content) {
      const { name = '', children = [] } = open.pop() ?? {};
      open.at(-1)?.children.push([name, content ?? joinChildren(children)]);
    },
  });
  return open[0]?.children[0]?.[1] ?? '';
}
