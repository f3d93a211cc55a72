import type { Place, Tree } from '../language/tree.ts';

/** As much of broker.yml as lint looks at: guards and lengths of sessions where they stand, and what hushes a rule. */
export type BrokerExcerpt = {
  readonly tree: Tree;
  /** Its lines, of which comments that hush a rule are left, and an `x` for each line that says something. */
  readonly comments: string;
};

function movePlace(place: Place): Place {
  return { ...place, file: 'broker.yml' };
}

/** Takes the folder out of the places of a tree: a page goes to machines on which there is none. */
function moveTree(tree: Tree): Tree {
  const place = movePlace(tree.place);
  if (tree.kind === 'scalar') return { ...tree, place };
  if (tree.kind === 'list') return { ...tree, place, items: tree.items.map(moveTree) };
  const entries = tree.entries.map(entry => ({
    key: entry.key,
    place: movePlace(entry.place),
    value: moveTree(entry.value),
  }));
  return { ...tree, place, entries };
}

function keepKeys(tree: Tree, keys: readonly string[]): Tree {
  return tree.kind === 'map'
    ? { ...tree, entries: tree.entries.filter(({ key }) => keys.includes(key)) }
    : tree;
}

function excerptTree(broker: Tree): Tree {
  const kept = keepKeys(moveTree(broker), ['session', 'issuers']);
  if (kept.kind !== 'map') return kept;
  const entries = kept.entries.map(entry =>
    entry.value.kind === 'list'
      ? {
          ...entry,
          value: { ...entry.value, items: entry.value.items.map(row => keepKeys(row, ['require'])) },
        }
      : entry,
  );
  return { ...kept, entries };
}

function excerptLine(line: string): string {
  const [comment = ''] = /(?:^|\s)#\s*kite-sts-ignore\b.*/.exec(line) ?? [];
  return `${/^\s*(?:#|$)/.test(line) ? '' : 'x'}${comment}`;
}

/** Excerpts broker.yml for a page: no key that is pinned in it, and nothing of where its audit events go. */
export function excerptBroker(broker: Tree, text: string): BrokerExcerpt {
  return { tree: excerptTree(broker), comments: text.split(/\r?\n/).map(excerptLine).join('\n') };
}
