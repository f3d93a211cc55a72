/** The namespace of AWS STS 2011-06-15, the only version that there is. */
export const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** Elements by name, in their order; undefined leaves one out. */
export type XmlElements = { readonly [name: string]: string | XmlElements | undefined };

/** XML 1.0 §2.2: any other character would make the whole document unreadable. */
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** By number: a parser turns a bare CR into a line feed, and white space in an attribute into spaces. */
function escapeXml(text: string): string {
  return text.replace(NOT_XML, '?').replace(/[<>&"'\t\n\r]/g, each => `&#${each.charCodeAt(0)};`);
}

function writeElement(elements: XmlElements): string {
  return Object.entries(elements)
    .map(([name, value]) => {
      if (value === undefined) return '';
      return `<${name}>${typeof value === 'string' ? escapeXml(value) : writeElement(value)}</${name}>`;
    })
    .join('');
}

/** A document as AWS STS writes it. The names are ours; whatever the texts hold stays text. */
export function writeStsXml(root: string, elements: XmlElements): string {
  return `<${root} xmlns="${NAMESPACE}">${writeElement(elements)}</${root}>\n`;
}
