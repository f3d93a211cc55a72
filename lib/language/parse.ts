import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type Scalar } from 'yaml';
import type { Complain, Place } from './complaint.ts';

/** A YAML or JSON value that still knows where it stands, so that every complaint can say so. */
export type Tree = ScalarTree | ListTree | MapTree;
export type ScalarTree = {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** The text as written: a number counts as an integer only if its text is one. */
  readonly source: string;
  readonly place: Place;
};
export type ListTree = { readonly kind: 'list'; readonly items: readonly Tree[]; readonly place: Place };
export type Entry = { readonly key: string; readonly place: Place; readonly value: Tree };
export type MapTree = { readonly kind: 'map'; readonly entries: readonly Entry[]; readonly place: Place };

/** Greatest size of one configuration file in bytes, and its greatest depth (threats T36, T73). */
export const MAX_FILE_BYTES = 64 * 1024;
export const MAX_DEPTH = 16;

// C0 but tab, LF, CR; DEL and C1; bidirectional controls; zero-width characters; line separators; BOM;
// tag characters; lone surrogates. A reviewer cannot see these, and parsers disagree on some of them.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const VISIBLE_CONTROL = /[\t\n\r]/g;
// `yaml` keeps a lone CR inside a comment; other parsers start a new line there and read another policy.
const LONE_CR = /\r(?!\n)/;

type HiddenCharacter = { readonly index: number; readonly name: string };

function findInvisible(text: string): HiddenCharacter | undefined {
  const index = text.search(INVISIBLE);
  if (index < 0) return undefined;
  const code = (text.codePointAt(index) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { index, name: `U+${code}` };
}

/** Characters that a reader cannot see: refused in files, and in strings that escapes could bring in. */
function describeHidden(text: string): HiddenCharacter | undefined {
  return findInvisible(text.replace(VISIBLE_CONTROL, ' '));
}

type FindPlace = (offset: number) => Place;
type ParseState = { readonly at: FindPlace; readonly complain: Complain };

/** Counted on the text itself: the parser's own counter misses lines of a text that it cannot read. */
function createPlaceFinder(file: string, text: string): FindPlace {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  return offset => {
    let line = 0;
    for (let above = starts.length; above - line > 1; ) {
      const middle = (line + above) >> 1;
      if ((starts[middle] ?? 0) <= offset) line = middle;
      else above = middle;
    }
    return { file, line: line + 1, column: Math.min(offset, text.length) - (starts[line] ?? 0) + 1 };
  };
}

function checkText(text: string, { at, complain }: ParseState): boolean {
  if (new TextEncoder().encode(text).length > MAX_FILE_BYTES) {
    complain('text-refused', at(0), `The file is larger than ${MAX_FILE_BYTES} bytes. Split it.`);
    return true;
  }
  const cr = text.search(LONE_CR);
  if (cr >= 0) complain('text-refused', at(cr), 'A carriage return stands alone. End lines with LF or CRLF.');
  const hidden = describeHidden(text);
  if (hidden)
    complain('text-refused', at(hidden.index), `${hidden.name} cannot be seen by a reader. Remove it.`);
  return cr >= 0 || hidden !== undefined;
}

/** Anchors, tags, merge keys: refused, since a reviewer and a parser may read them differently. */
function describeRefusedFeature(node: Node, reading: ParseState): boolean {
  const refuse = (what: string): true => {
    reading.complain(
      'yaml-feature',
      reading.at(node.range?.[0] ?? 0),
      `${what} are not part of the language. Write the value out.`,
    );
    return true;
  };
  if (isAlias(node)) return refuse('Aliases (*name)');
  if (node.anchor !== undefined) return refuse('Anchors (&name)');
  if (node.tag !== undefined) return refuse('Tags (!name)');
  return false;
}

function listRefusedWords(
  hidden: HiddenCharacter | undefined,
  place: Place,
  { complain }: ParseState,
): boolean {
  if (hidden)
    complain(
      'text-refused',
      place,
      `The text holds ${hidden.name}, which cannot be seen by a reader. Remove it.`,
    );
  return hidden !== undefined;
}

function readScalar(node: Scalar, reading: ParseState): ScalarTree | undefined {
  const place = reading.at(node.range?.[0] ?? 0);
  const { value } = node;
  const source = node.source ?? '';
  if (value === null && source === '') {
    reading.complain('wrong-value', place, 'The value is missing. Write null if null is meant.');
    return undefined;
  }
  if (typeof value === 'string' && listRefusedWords(describeHidden(value), place, reading)) return undefined;
  return { kind: 'scalar', value: value as ScalarTree['value'], source, place };
}

function readKey(key: unknown, reading: ParseState): { key: string; place: Place } | undefined {
  const place = reading.at((key as Node | null)?.range?.[0] ?? 0);
  if (!isScalar(key)) {
    reading.complain('wrong-type', place, 'A key must be text.');
    return undefined;
  }
  if (describeRefusedFeature(key, reading)) return undefined;
  if (key.value === '<<') {
    reading.complain(
      'yaml-feature',
      place,
      'Merge keys (<<) are not part of the language. Write the keys out.',
    );
    return undefined;
  }
  // In a key even a tab: a claim whose name ends in one looks like the claim that was meant.
  if (typeof key.value === 'string')
    return listRefusedWords(findInvisible(key.value), place, reading) ? undefined : { key: key.value, place };
  reading.complain('wrong-type', place, 'A key must be text. Put it in quotes.');
  return undefined;
}

function readTree(node: unknown, reading: ParseState, depth: number): Tree | undefined {
  if (!isMap(node) && !isSeq(node) && !isScalar(node) && !isAlias(node)) return undefined;
  const place = reading.at(node.range?.[0] ?? 0);
  if (describeRefusedFeature(node, reading)) return undefined;
  if (depth > MAX_DEPTH) {
    reading.complain('text-refused', place, `The file is nested deeper than ${MAX_DEPTH} levels.`);
    return undefined;
  }
  if (isScalar(node)) return readScalar(node, reading);
  if (isSeq(node)) {
    const items = node.items
      .map(item => readTree(item, reading, depth + 1))
      .filter(item => item !== undefined);
    return { kind: 'list', items, place };
  }
  if (!isMap(node)) return undefined;
  const entries: Entry[] = [];
  const seen = new Set<string>();
  for (const pair of node.items) {
    const key = readKey(pair.key, reading);
    if (!key) continue;
    if (seen.has(key.key)) {
      reading.complain('duplicate-key', key.place, `"${key.key}" stands twice in this mapping.`);
      continue;
    }
    seen.add(key.key);
    const value = pair.value ? readTree(pair.value, reading, depth + 1) : undefined;
    if (value) entries.push({ ...key, value });
    else if (!pair.value)
      reading.complain('wrong-value', key.place, `"${key.key}" has no value. Write null if null is meant.`);
  }
  return { kind: 'map', entries, place };
}

/** The first line of the parser's own message; the rest draws the source, which lint does itself. */
function readFirstLine(message: string): string {
  return message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '.') ?? '';
}

/** The parser's document; undefined where the nesting is too deep for it, far beyond what is allowed. */
export function readDocument(text: string): Document | undefined {
  try {
    const document = parseDocument(text, {
      schema: 'core',
      version: '1.2',
      strict: true,
      // Looked for here: the library compares each key with all before it.
      uniqueKeys: false,
      stringKeys: false,
      merge: false,
      prettyErrors: false,
      keepSourceTokens: false,
    });
    return document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION') ? undefined : document;
  } catch (error) {
    // It calls itself for each level, and looks out for the end of the stack in flow collections alone.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Complaints of how one file is written; the rest is of one kind with these, or follows from them. */
const MAX_COMPLAINTS = 50;

function limitComplaints(complain: Complain): Complain {
  let count = 0;
  return (rule, place, message) => {
    count++;
    if (count <= MAX_COMPLAINTS) complain(rule, place, message);
    if (count === MAX_COMPLAINTS + 1)
      complain(
        'too-many',
        place,
        `More is wrong with this file than ${MAX_COMPLAINTS} things. Mend those first.`,
      );
  };
}

/**
 * Reads one YAML or JSON document with the strictness of policy.md: core schema, no anchors, aliases,
 * tags, merge keys or directives, unique keys, visible characters only, 64 KiB, depth 16.
 * Undefined when nothing could be read; whatever is wrong is told to `complain`, all of it at once.
 */
export function parse(file: string, text: string, complainTo: Complain): Tree | undefined {
  const at = createPlaceFinder(file, text);
  const complain = limitComplaints(complainTo);
  const reading: ParseState = { at, complain };
  if (checkText(text, reading)) return undefined;
  const document = readDocument(text);
  if (!document) {
    complain('text-refused', at(0), `The file is nested deeper than ${MAX_DEPTH} levels.`);
    return undefined;
  }
  const tab = /^ *\t/m.exec(text);
  if (tab && document.errors.length > 0) {
    const place = at(tab.index + tab[0].length - 1);
    complain('yaml-syntax', place, 'A tab indents this line, which YAML does not take. Use spaces.');
    return undefined;
  }
  const directive = /^%/m.exec(text);
  if (directive && document.directives?.docStart) {
    complain('yaml-feature', at(directive.index), 'Directives (%YAML, %TAG) are not part of the language.');
  }
  for (const error of [...document.errors, ...document.warnings]) {
    const rule = error.code === 'MULTIPLE_DOCS' ? 'yaml-feature' : 'yaml-syntax';
    const said =
      error.code === 'MULTIPLE_DOCS'
        ? 'A second document (---) is refused. One file holds one document.'
        : readFirstLine(error.message);
    complain(rule, at(error.pos[0]), said);
  }
  if (document.contents === null) {
    complain('empty', at(0), 'The file is empty.');
    return undefined;
  }
  return readTree(document.contents, reading, 1);
}

/** The same, of a file that must be a mapping; `says` is what is told of any other. */
export function parseMapping(
  file: string,
  text: string,
  says: string,
  complain: Complain,
): MapTree | undefined {
  const tree = parse(file, text, complain);
  if (tree && tree.kind !== 'map') complain('wrong-type', tree.place, says);
  return tree?.kind === 'map' ? tree : undefined;
}

/** The plain value of a tree, for what is passed on as data (a session policy). Maps have no prototype. */
export function toPlain(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toPlain);
  const map: Record<string, unknown> = Object.create(null);
  for (const { key, value } of tree.entries) map[key] = toPlain(value);
  return map;
}

/** The entry of a mapping under this key; undefined when there is none, or when it is no mapping. */
export function findEntry(tree: Tree, key: string): Entry | undefined {
  return tree.kind === 'map' ? tree.entries.find(entry => entry.key === key) : undefined;
}
