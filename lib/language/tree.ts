/** Where in a file something stands. Lines and columns count from 1. */
export type Place = { readonly file: string; readonly line: number; readonly column: number };

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

/** The entries of a mapping; none of anything else. */
export function listEntries(tree: Tree | undefined): readonly Entry[] {
  return tree?.kind === 'map' ? tree.entries : [];
}

/** The items of a list; none of anything else. */
export function listItems(tree: Tree | undefined): readonly Tree[] {
  return tree?.kind === 'list' ? tree.items : [];
}

/** The value under this key where there is one, or else the whole: where a complaint about that key stands. */
export function findValue(tree: Tree, key: string): Tree {
  return findEntry(tree, key)?.value ?? tree;
}

/** The text that stands there; undefined where something else does. */
export function findText(tree: Tree | undefined): string | undefined {
  return tree?.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
}

/** Says in two words what stands there, for who expected something else. */
export function describeTree(tree: Tree): string {
  if (tree.kind === 'map') return tree.entries.length === 0 ? 'an empty mapping' : 'a mapping';
  if (tree.kind === 'list') return tree.items.length === 0 ? 'an empty list' : 'a list';
  if (tree.value === null) return 'null';
  return typeof tree.value === 'string' ? 'text' : `the ${typeof tree.value} ${tree.source}`;
}
