/** The text is not of the plain form that AWS's Query protocol answers in. Says nothing of what it holds. */
export class XmlError extends Error {}

const PROLOG = /^\s*<\?xml version="1\.0"[^<>?]*\?>/;
const TAG = /<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:.-]+="[^"<>&]*")*)\s*(\/?)>/y;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt;', '<'],
  ['gt;', '>'],
  ['amp;', '&'],
  ['quot;', '"'],
  ['apos;', "'"],
]);

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]*;?)/g, (_, entity: string) => {
    const [, number] = /^#(x[\da-f]{1,6}|\d{1,7});$/i.exec(entity) ?? [];
    const point = number === undefined ? Number.NaN : Number(number.replace(/^x/i, '0x'));
    const character = point <= 0x10_ffff ? String.fromCodePoint(point) : ENTITIES.get(entity);
    if (character === undefined) throw new XmlError('an entity of another kind');
    return character;
  });
}

/** Told of each element of a text, in its order. `end` has the text of an element that holds no others. */
export type XmlVisitor = {
  readonly start: (name: string) => void;
  readonly end: (content: string | undefined) => void;
};

/**
 * Goes through elements, texts and the five entities. A comment, a CDATA section, a DTD, a processing instruction and
 * text beside elements are refused. Throws `XmlError`.
 */
export function walkXml(written: string, visitor: XmlVisitor): void {
  const text = written.replace(PROLOG, '').trim();
  const open: string[] = [];
  let roots = 0;
  let at = 0;
  let leaf = false;
  const startElement = (name: string): void => {
    if (open.length === 0 && ++roots > 1) throw new XmlError('a second root');
    open.push(name);
    leaf = true;
    visitor.start(name);
  };
  const endElement = (name: string, content: string): void => {
    if (open.pop() !== name) throw new XmlError('an end tag that ends nothing');
    if (!leaf && content.trim() !== '') throw new XmlError('text beside elements');
    visitor.end(leaf ? decodeEntities(content) : undefined);
    leaf = false;
  };
  while (at < text.length) {
    const next = text.indexOf('<', at);
    if (next < 0) throw new XmlError('an end that is missing');
    const content = text.slice(at, next);
    TAG.lastIndex = next;
    const tag = TAG.exec(text);
    if (!tag) throw new XmlError('a tag of another kind');
    const [, closes, name = '', attributes, empty] = tag;
    if (closes && (attributes || empty)) throw new XmlError('a tag of another kind');
    if (closes) endElement(name, content);
    else {
      if (content.trim() !== '') throw new XmlError('text beside elements');
      startElement(name);
      if (empty) endElement(name, '');
    }
    at = TAG.lastIndex;
  }
  if (open.length > 0 || roots === 0) throw new XmlError('an end that is missing');
}

/**
 * The texts of an answer's elements, by path: `AssumeRoleResponse/AssumeRoleResult/Credentials/AccessKeyId`. An element
 * that comes twice in one place is refused. Throws `XmlError`.
 */
export function readXml(written: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const open: string[] = [];
  walkXml(written, {
    start(name) {
      const holder = open.at(-1);
      const path = holder === undefined ? name : `${holder}/${name}`;
      if (texts.has(path)) throw new XmlError('an element that comes twice');
      texts.set(path, '');
      open.push(path);
    },
    end(content) {
      const path = open.pop();
      if (content !== undefined && path !== undefined) texts.set(path, content);
    },
  });
  return texts;
}
