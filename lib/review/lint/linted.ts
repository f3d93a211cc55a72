import { findEntry, listItems, type MapTree, type ScalarTree, type Tree } from '../../language/tree.ts';
import type { Condition } from '../../policy/condition.ts';
import type { Role } from '../../policy/role.ts';
import type { Effect, Statement } from '../../policy/statement.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import type { PolicyItem } from '../compare/item.ts';
import { CLAIM_KNOWLEDGE, type ClaimKnowledge } from './known.ts';

/** A compiled statement beside the text that it was compiled from. */
export type LintedStatement = {
  readonly statement: Statement;
  readonly tree: Tree;
  readonly row: IssuerRow;
  readonly known: ClaimKnowledge;
  /** The conditions before this statement gives anything: its own, and the guard of its issuer's row. */
  readonly conditions: readonly Condition[];
};

/** A role or a registry, compiled, beside its text. */
export type Linted = {
  readonly name: string;
  readonly contact: string | undefined;
  /** Undefined for a registry. */
  readonly role: Role | undefined;
  readonly compiled: PolicyItem;
  readonly tree: MapTree;
  readonly trust: readonly LintedStatement[];
  readonly deny: readonly LintedStatement[];
};

function pairStatements(
  tree: MapTree,
  effect: Effect,
  statements: readonly Statement[],
  rows: ReadonlyMap<string, IssuerRow>,
): LintedStatement[] {
  const items = listItems(findEntry(tree, effect)?.value);
  return statements.flatMap((statement, index) => {
    const row = rows.get(statement.issuer);
    const item = items[index];
    if (!row || !item) return [];
    const conditions = [...statement.conditions, ...row.require];
    return [{ statement, tree: item, row, known: CLAIM_KNOWLEDGE[row.preset ?? 'none'], conditions }];
  });
}

/** Puts what was compiled beside its text, statement by statement. */
export function createLinted(
  compiled: PolicyItem,
  tree: MapTree,
  rows: ReadonlyMap<string, IssuerRow>,
): Linted {
  return {
    name: compiled.name,
    contact: compiled.contact,
    role: 'template' in compiled ? compiled : undefined,
    compiled,
    tree,
    trust: pairStatements(tree, 'trust', compiled.trust, rows),
    deny: pairStatements(tree, 'deny', compiled.deny, rows),
  };
}

function findClaimsTree(tree: Tree): Tree {
  return findEntry(tree, 'claims')?.value ?? tree;
}

/** Where the name of a claim stands in a statement, or where the statement begins. */
export function findClaimPlace(tree: Tree, claim: string): Tree['place'] {
  return findEntry(findClaimsTree(tree), claim)?.place ?? tree.place;
}

/** The values beside an operator, each where it stands. */
export function listOperandTrees(tree: Tree, condition: Condition): readonly ScalarTree[] {
  const written = findEntry(findClaimsTree(tree), condition.name)?.value;
  const beside = written?.kind === 'map' ? findEntry(written, condition.operator)?.value : written;
  const items = beside?.kind === 'list' ? beside.items : beside ? [beside] : [];
  return items.filter(item => item.kind === 'scalar');
}

/** Every plain value in a tree, however deep. */
export function listScalarTrees(tree: Tree | undefined): readonly ScalarTree[] {
  if (tree === undefined) return [];
  if (tree.kind === 'scalar') return [tree];
  return tree.kind === 'list'
    ? tree.items.flatMap(listScalarTrees)
    : tree.entries.flatMap(({ value }) => listScalarTrees(value));
}

const BINDING = ['equals', 'in', 'matches', 'contains', 'contains_any'];

/** Does the condition leave only some values of its claim? */
export function isBinding(condition: Condition): boolean {
  const { on, operator, operands } = condition;
  return on === 'claim' && BINDING.includes(operator) && !operands.includes('*') && !operands.includes(null);
}
