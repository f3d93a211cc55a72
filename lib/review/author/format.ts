import {
  Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  Schema as Tags,
  visit,
} from 'yaml';
import { readDocument } from '../../language/parse.ts';
import type { Schema } from '../../language/shape.ts';
import type { Tree } from '../../language/tree.ts';
import { printDocument } from './print.ts';
import { SCHEMAS, type SchemaName } from './schema.ts';

/** In characters: that of our own sources. A longer list or mapping is broken, text never is. */
const WIDTH = 110;

/** How other readers of YAML take plain text: `no` is false to them, and `2027-01-31` a date. */
const ELSEWHERE = new Tags({ schema: 'yaml-1.1' }).tags;

function isAmbiguous(text: string): boolean {
  return ELSEWHERE.some(tag => tag.default && 'test' in tag && tag.test?.test(text));
}

/** In quotes what could be taken for something else; one kind of quotes where either would do. */
function quoteAmbiguous(scalar: Scalar): void {
  const { value, type } = scalar;
  if (typeof value !== 'string') return;
  if (type === 'PLAIN' ? isAmbiguous(value) : type === 'QUOTE_SINGLE' && !/["\\]/.test(value))
    scalar.type = 'QUOTE_DOUBLE';
}

/** Puts what would not fit on a line, or has a comment inside, into lines of its own. */
function unfoldLong(node: Node & { flow?: boolean }): void {
  if (!node.flow) return;
  const text = new Document(node).toString({ lineWidth: 0 });
  if (text.trimEnd().includes('\n') || text.length > WIDTH) node.flow = false;
}

type ResolvedSchema = {
  readonly properties?: { readonly [key: string]: Schema };
  /** Of the members that `properties` does not name. */
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
};

function resolveWholeSchema(schema: Schema, whole: Schema): ResolvedSchema {
  const name = String(schema['$ref'] ?? '').replace('#/definitions/', '');
  if (name !== '') return (whole['definitions'] as { readonly [name: string]: Schema })[name] ?? {};
  const either = (schema['anyOf'] as Schema[] | undefined)?.find(({ properties }) => properties);
  return either ?? schema;
}

function readPairKey(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

/**
 * Puts keys in the order in which the schema names them, and leaves those that it does not name: claims and
 * operators are conditions in the order of the file, which the digest of a role covers.
 */
function orderKeys(node: unknown, schema: Schema, whole: Schema): void {
  const { properties = {}, additionalProperties, items } = resolveWholeSchema(schema, whole);
  const others = typeof additionalProperties === 'object' ? additionalProperties : {};
  if (isSeq(node) && items) for (const item of node.items) orderKeys(item, items, whole);
  if (!isMap(node)) return;
  const names = Object.keys(properties);
  const rank = (pair: Pair): number =>
    names.includes(readPairKey(pair)) ? names.indexOf(readPairKey(pair)) : names.length;
  node.items.sort((a, b) => rank(a) - rank(b));
  for (const pair of node.items) orderKeys(pair.value, properties[readPairKey(pair)] ?? others, whole);
}

const EDITOR = /^ yaml-language-server:[^\n]*\n?/;

/** Comments above the first key belong to it, but the line for editors belongs to the file. */
function orderDocument(document: Document, schema: Schema): void {
  const firstKey = (): Node | undefined => {
    const [first] = isMap(document.contents) ? document.contents.items : [];
    return isPair(first) ? (first.key as Node) : undefined;
  };
  const before = firstKey();
  const line = EDITOR.exec(before?.commentBefore ?? '')?.[0];
  if (before && line !== undefined) before.commentBefore = before.commentBefore?.slice(line.length) || null;
  orderKeys(document.contents, schema, schema);
  const after = firstKey();
  if (!after) return;
  after.spaceBefore = false;
  if (line !== undefined)
    after.commentBefore = [line.trimEnd(), after.commentBefore].filter(Boolean).join('\n');
}

/** The text of a document, its keys in their own order. */
export function writeDocument(document: Document): string {
  visit(document, { Scalar: (_, node) => quoteAmbiguous(node), Collection: (_, node) => unfoldLong(node) });
  return printDocument(document);
}

/** The printer moves a few comments when it reads what it wrote itself; at most so often. */
const ROUNDS = 5;

function formatOnce(text: string, name: SchemaName): string {
  const document = readDocument(text);
  if (!document) return text;
  orderDocument(document, SCHEMAS[name]);
  return writeDocument(document);
}

/**
 * The text of a file as `fmt` writes it: keys in order, quotes where a text could be taken for another type,
 * lines of a width, comments kept. Meant for a text that `parse` has read without a complaint.
 */
export function formatText(text: string, name: SchemaName): string {
  let [before, after] = [text, formatOnce(text, name)];
  for (let round = 1; after !== before && round < ROUNDS; round++)
    [before, after] = [after, formatOnce(after, name)];
  return after;
}

/** Reads what a file says, however it is written: two texts of one meaning say the same. */
export function readMeaning(tree: Tree): unknown {
  if (tree.kind === 'scalar') return typeof tree.value === 'number' ? { number: tree.source } : tree.value;
  if (tree.kind === 'list') return tree.items.map(readMeaning);
  return new Map(tree.entries.map(({ key, value }) => [key, readMeaning(value)]));
}
