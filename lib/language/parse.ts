import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml';
import { Complaints, type ComplaintsAt } from './complaint.ts';
import type { Entry, MapTree, Place, ScalarTree, Tree } from './tree.ts';

/** Greatest size of one configuration file in bytes, and its greatest depth (threat T36). */
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
function findHidden(text: string): HiddenCharacter | undefined {
  return findInvisible(text.replace(VISIBLE_CONTROL, ' '));
}

type FindPlace = (offset: number) => Place;
type ParseState = { readonly locate: FindPlace; readonly complaints: Complaints };

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

function findNodePlace(node: unknown, reading: ParseState): Place {
  return reading.locate((node as Node | null)?.range?.[0] ?? 0);
}

/** Complains of a text that a reader and a parser may not see alike, and says whether it may be parsed. */
function checkText(text: string, reading: ParseState): boolean {
  const refuse = (index: number, why: string) =>
    reading.complaints.at(reading.locate(index)).say('text-refused', why);
  const tooLarge = new TextEncoder().encode(text).length > MAX_FILE_BYTES;
  if (tooLarge) refuse(0, `The file is larger than ${MAX_FILE_BYTES} bytes. Split it.`);
  const cr = tooLarge ? -1 : text.search(LONE_CR);
  if (cr >= 0) refuse(cr, 'A carriage return stands alone. End lines with LF or CRLF.');
  const hidden = tooLarge ? undefined : findHidden(text);
  if (hidden) refuse(hidden.index, `${hidden.name} cannot be seen by a reader. Remove it.`);
  return !tooLarge && cr < 0 && !hidden;
}

/** Anchors, tags, merge keys: refused, since a reviewer and a parser may read them differently. */
function findRefusedFeature(node: Node): string | undefined {
  if (isAlias(node)) return 'Aliases (*name)';
  if (node.anchor !== undefined) return 'Anchors (&name)';
  return node.tag === undefined ? undefined : 'Tags (!name)';
}

function complainOfFeature(what: string, here: ComplaintsAt): undefined {
  return here.say('yaml-feature', `${what} are not part of the language. Write it out.`);
}

function complainOfHidden(name: string, here: ComplaintsAt): undefined {
  return here.say('text-refused', `The text holds ${name}, which cannot be seen by a reader. Remove it.`);
}

function readScalar(node: Scalar, place: Place, here: ComplaintsAt): ScalarTree | undefined {
  const { value, source = '' } = node;
  if (value === null && source === '')
    return here.wrongValue('The value is missing. Write null if null is meant.');
  const hidden = typeof value === 'string' ? findHidden(value) : undefined;
  if (hidden) return complainOfHidden(hidden.name, here);
  return { kind: 'scalar', value: value as ScalarTree['value'], source, place };
}

type Key = { readonly key: string; readonly place: Place };

function readKey(node: unknown, reading: ParseState): Key | undefined {
  const place = findNodePlace(node, reading);
  const here = reading.complaints.at(place);
  if (!isScalar(node)) return here.say('wrong-type', 'A key must be text.');
  const feature = findRefusedFeature(node) ?? (node.value === '<<' ? 'Merge keys (<<)' : undefined);
  if (feature !== undefined) return complainOfFeature(feature, here);
  if (typeof node.value !== 'string') return here.say('wrong-type', 'A key must be text. Put it in quotes.');
  // In a key even a tab: a claim whose name ends in one looks like the claim that was meant.
  const hidden = findInvisible(node.value);
  return hidden ? complainOfHidden(hidden.name, here) : { key: node.value, place };
}

function readEntries(pairs: readonly Pair[], reading: ParseState, depth: number): Entry[] {
  const entries: Entry[] = [];
  const seen = new Set<string>();
  for (const pair of pairs) {
    const key = readKey(pair.key, reading);
    if (!key) continue;
    const here = reading.complaints.at(key);
    if (seen.has(key.key)) {
      here.say('duplicate-key', `"${key.key}" stands twice in this mapping.`);
      continue;
    }
    seen.add(key.key);
    const value = pair.value ? readTree(pair.value, reading, depth) : undefined;
    if (value) entries.push({ ...key, value });
    else if (!pair.value) here.wrongValue(`"${key.key}" has no value. Write null if null is meant.`);
  }
  return entries;
}

function complainOfDepth(here: ComplaintsAt): undefined {
  return here.say('text-refused', `The file is nested deeper than ${MAX_DEPTH} levels.`);
}

function readTree(node: unknown, reading: ParseState, depth: number): Tree | undefined {
  if (!isMap(node) && !isSeq(node) && !isScalar(node) && !isAlias(node)) return undefined;
  const place = findNodePlace(node, reading);
  const here = reading.complaints.at(place);
  const feature = findRefusedFeature(node);
  if (feature !== undefined) return complainOfFeature(feature, here);
  if (depth > MAX_DEPTH) return complainOfDepth(here);
  if (isScalar(node)) return readScalar(node, place, here);
  if (isMap(node)) return { kind: 'map', entries: readEntries(node.items, reading, depth + 1), place };
  if (!isSeq(node)) return undefined;
  const items = node.items.map(item => readTree(item, reading, depth + 1));
  return { kind: 'list', items: items.filter(item => item !== undefined), place };
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

/** Complains of what the library found; a second document is refused where the library warns. */
function complainOfSyntax(document: Document, reading: ParseState): void {
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    const here = reading.complaints.at(reading.locate(pos[0]));
    if (code === 'MULTIPLE_DOCS')
      here.say('yaml-feature', 'A second document (---) is refused. One file holds one document.');
    else here.say('yaml-syntax', readFirstLine(message));
  }
}

function parseTree(text: string, reading: ParseState): Tree | undefined {
  const { locate, complaints } = reading;
  if (!checkText(text, reading)) return undefined;
  const document = readDocument(text);
  if (!document) return complainOfDepth(complaints.at(locate(0)));
  const tab = /^ *\t/m.exec(text);
  if (tab && document.errors.length > 0)
    return complaints
      .at(locate(tab.index + tab[0].length - 1))
      .say('yaml-syntax', 'A tab indents this line, which YAML does not take. Use spaces.');
  const directive = /^%/m.exec(text);
  if (directive && document.directives?.docStart)
    complainOfFeature('Directives (%YAML, %TAG)', complaints.at(locate(directive.index)));
  complainOfSyntax(document, reading);
  if (document.contents === null) return complaints.at(locate(0)).say('empty', 'The file is empty.');
  return readTree(document.contents, reading, 1);
}

/** Complaints of how one file is written; the rest is of one kind with these, or follows from them. */
const MAX_COMPLAINTS = 50;

/**
 * Reads one YAML or JSON document strictly: core schema, no anchors, aliases, tags, merge keys or directives, unique
 * keys, visible characters only, 64 KiB, depth 16. Undefined when nothing could be read; all that is wrong is
 * complained of at once.
 */
export function parse(file: string, text: string, complaints: Complaints): Tree | undefined {
  const found = new Complaints();
  const tree = parseTree(text, { locate: createPlaceFinder(file, text), complaints: found });
  for (const complaint of found.all.slice(0, MAX_COMPLAINTS)) complaints.add(complaint);
  const more = found.all[MAX_COMPLAINTS];
  if (more)
    complaints
      .at(more)
      .say('too-many', `More is wrong with this file than ${MAX_COMPLAINTS} things. Mend those first.`);
  return tree;
}

/** Parses a file that must be a mapping. `expected` and `hint` are told of any other. */
export function parseMapping(
  file: string,
  text: string,
  complaints: Complaints,
  expected: string,
  hint = '',
): MapTree | undefined {
  const tree = parse(file, text, complaints);
  if (tree && tree.kind !== 'map') return complaints.at(tree).wrongType(expected, hint);
  return tree;
}
