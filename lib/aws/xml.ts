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

function decoded(text: string): string {
  return text.replace(/&([^;&]*;?)/g, (_, entity: string) => {
    const [, number] = /^#(x[\da-f]{1,6}|\d{1,7});$/i.exec(entity) ?? [];
    const point = number === undefined ? Number.NaN : Number(number.replace(/^x/i, '0x'));
    const character = point <= 0x10_ffff ? String.fromCodePoint(point) : ENTITIES.get(entity);
    if (character === undefined) throw new XmlError('an entity of another kind');
    return character;
  });
}

/**
 * The texts of an answer's elements, by path: `AssumeRoleResponse/AssumeRoleResult/Credentials/AccessKeyId`.
 * Elements, texts and the five entities, and nothing else: a comment, a CDATA section, a DTD, a processing
 * instruction, an element that comes twice in one place and text beside elements are refused.
 */
export function readXml(written: string): ReadonlyMap<string, string> {
  const text = written.replace(PROLOG, '').trim();
  const texts = new Map<string, string>();
  const open: string[] = [];
  let at = 0;
  let leaf = false;
  const path = (): string => open.join('/');
  const start = (name: string): void => {
    if (open.length === 0 && texts.size > 0) throw new XmlError('a second root');
    open.push(name);
    if (texts.has(path())) throw new XmlError('an element that comes twice');
    texts.set(path(), '');
    leaf = true;
  };
  const end = (name: string, content: string): void => {
    if (open.at(-1) !== name) throw new XmlError('an end tag that ends nothing');
    if (leaf) texts.set(path(), decoded(content));
    else if (content.trim() !== '') throw new XmlError('text beside elements');
    open.pop();
    leaf = false;
  };
  while (at < text.length) {
    const next = text.indexOf('<', at);
    if (next < 0) throw new XmlError('an end that is missing');
    const content = text.slice(at, next);
    TAG.lastIndex = next;
    const [whole = '', closes, name = '', attributes, empty] = TAG.exec(text) ?? [];
    if (whole === '' || (closes && (attributes || empty))) throw new XmlError('a tag of another kind');
    if (closes) end(name, content);
    else {
      if (content.trim() !== '') throw new XmlError('text beside elements');
      start(name);
      if (empty) end(name, '');
    }
    at = next + whole.length;
  }
  if (open.length > 0 || texts.size === 0) throw new XmlError('an end that is missing');
  return texts;
}
