import {
  Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  Pair,
  Scalar,
  visit,
  YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Scalar as Value } from '../../../policy/condition.ts';
import { writeDocument } from '../format.ts';

/** The rule on a claim of an imported statement: operators, all of which must be true. */
export type ClaimRule = { readonly [operator: string]: Value | readonly Value[] };

/** A statement as it stands in a role. */
export type DraftStatement = {
  readonly iss: string;
  readonly id?: string;
  readonly scopes?: readonly string[];
  readonly claims: { readonly [claim: string]: ClaimRule };
  readonly request?: { readonly source_ip: { readonly [operator: string]: readonly string[] } };
};

/** A note for the reader of an import. One that is not `exact` says what was left out or made narrower. */
export type ImportNote = { readonly says: string; readonly exact: boolean };

/** One statement of the source, by its name there, and what became of it; undefined: it was left out. */
export type ImportEntry = {
  readonly name: string;
  readonly draft: DraftStatement | undefined;
  readonly notes: readonly ImportNote[];
  /** All that could be carried of a statement that was left out: a draft for its reader, in a comment. */
  readonly partial?: DraftStatement | undefined;
};

/** The grant of a role, where the source says it. */
type GithubRole = {
  readonly app: string;
  readonly owner: string;
  readonly repositories: readonly string[];
  readonly permissions: { readonly [scope: string]: { readonly [permission: string]: string } };
};

/** A policy as it was imported. Whoever meets it met the source: what cannot be said exactly is left out. */
export type ImportedPolicy = {
  readonly trust: readonly ImportEntry[];
  readonly deny: readonly ImportEntry[];
  /** The ARN of the AWS role, where the source tells it. */
  readonly roleArn?: string | undefined;
  readonly github?: GithubRole | undefined;
  readonly notes: readonly ImportNote[];
};

/** One value by the operator for one, several by the operator for lists. */
export function createListRule(values: readonly Value[], one: string, many: string): ClaimRule {
  return values.length === 1 ? { [one]: values[0] ?? null } : { [many]: values };
}

/** Values that must be equal, or, where one of them has a wildcard, patterns. */
export function createValueRule(values: readonly Value[], isPattern: boolean): ClaimRule {
  return isPattern ? createListRule(values, 'matches', 'matches') : createListRule(values, 'equals', 'in');
}

export function noteExact(says: string): ImportNote {
  return { says, exact: true };
}
export function noteLoss(says: string): ImportNote {
  return { says, exact: false };
}
export function omitStatement(name: string, ...why: string[]): ImportEntry {
  return { name, draft: undefined, notes: why.map(noteLoss) };
}

/** Left out, with what could be carried of it. */
export function omitInPart(name: string, partial: DraftStatement, ...why: string[]): ImportEntry {
  return {
    ...omitStatement(name, ...why),
    ...(Object.keys(partial.claims).length > 0 || partial.request ? { partial } : {}),
  };
}

/** Every note of an import, each with the statement that it is about. */
export function listNotes(imported: ImportedPolicy): ImportNote[] {
  const { trust, deny, notes } = imported;
  return [
    ...[...trust, ...deny].flatMap(entry =>
      entry.notes.map(each => ({
        exact: each.exact,
        says: `${entry.name}${entry.draft ? '' : ' was left out'}: ${each.says}`,
      })),
    ),
    ...notes,
  ];
}

/** `{ equals: main }` is written as `main`. */
function shortenRule(rule: ClaimRule): unknown {
  return Object.keys(rule).length === 1 && 'equals' in rule ? rule['equals'] : rule;
}

function convertDraft(draft: DraftStatement): object {
  const { claims, ...rest } = draft;
  const { iss, id, scopes, request } = { id: undefined, scopes: undefined, request: undefined, ...rest };
  return {
    iss,
    ...(id === undefined ? {} : { id }),
    ...(scopes === undefined ? {} : { scopes }),
    claims: Object.fromEntries(Object.entries(claims).map(([claim, rule]) => [claim, shortenRule(rule)])),
    ...(request === undefined ? {} : { request }),
  };
}

// A note may hold text of the source; a line break in it would leave the comment.
function formatComment(lines: readonly string[]): string {
  return lines.map(line => ` ${line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?')}`).join('\n');
}

function hasDraft(entry: ImportEntry): boolean {
  return entry.draft !== undefined;
}

function setFlowStyle(list: Node): void {
  visit(list, {
    // What a claim must be stands on its line, as people write it.
    Pair: (_, { key, value }) => {
      const inLine = isMap(value) ? !(isScalar(key) && key.value === 'claims') : isSeq(value);
      if (inLine) (value as YAMLMap | YAMLSeq).flow = true;
    },
  });
}

function writePartial(draft: DraftStatement): string[] {
  const document = new Document([convertDraft(draft)]);
  setFlowStyle(document.contents as unknown as Node);
  return [
    'What could be carried of it, to finish by hand:',
    ...writeDocument(document).trimEnd().split('\n'),
  ];
}

function describeEntry(entry: ImportEntry): string[] {
  const { name, draft, notes, partial } = entry;
  return [
    ...notes.map(each => (draft ? each.says : `${name} was left out: ${each.says}`)),
    ...(partial ? writePartial(partial) : []),
  ];
}

/** Each statement below what is to be known of it. What was left out stands where it stood, or at the end. */
function createStatements(entries: readonly ImportEntry[]): YAMLSeq<Node> {
  const drafts = entries.flatMap(each => (each.draft ? [convertDraft(each.draft)] : []));
  // Two statements may share a rule, and no role file may have an anchor.
  const list = new Document(drafts, { aliasDuplicateObjects: false }).contents as unknown as YAMLSeq<Node>;
  const carried = entries.filter(hasDraft);
  let waiting: string[] = [];
  for (const entry of entries) {
    waiting.push(...describeEntry(entry));
    const item = list.items[carried.indexOf(entry)];
    if (!item) continue;
    if (waiting.length > 0) item.commentBefore = formatComment(waiting);
    waiting = [];
  }
  if (waiting.length > 0) list.comment = formatComment(waiting);
  setFlowStyle(list);
  return list;
}

/** A key of the role, with a line between it and what stands above. */
function addRoleKey(role: YAMLMap, key: string, value: unknown): void {
  const name = new Scalar(key);
  name.spaceBefore = role.items.length > 0;
  role.items.push(new Pair(name, new Document(value).contents));
}

/** The text of a role file. Without a statement, or a provider, the loader refuses it and says what is wanting. */
export function writeImportedRole(imported: ImportedPolicy): string {
  const { trust, deny, roleArn, github, notes } = imported;
  const role = new YAMLMap();
  const head = ['Imported: read it before you use it.', ...notes.map(each => each.says)];
  for (const [key, entries] of Object.entries({ trust, deny })) {
    const some = entries.some(hasDraft);
    if (!some) head.push(...entries.flatMap(describeEntry));
    if (some || key === 'trust') addRoleKey(role, key, some ? createStatements(entries) : []);
  }
  if (roleArn !== undefined) addRoleKey(role, 'aws', { role_arn: roleArn });
  if (github) {
    addRoleKey(role, 'github', github);
    setFlowStyle(role.items.at(-1)?.value as Node);
  }
  const document = new Document(role);
  document.commentBefore = formatComment(head);
  return writeDocument(document);
}
