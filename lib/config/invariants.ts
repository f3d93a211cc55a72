import { join } from 'node:path';
import { type Complaint, Complaints } from '../language/complaint.ts';
import { parse } from '../language/parse.ts';
import {
  either,
  list,
  object,
  oneOf,
  optional,
  raw,
  record,
  required,
  type Schema,
  type Shape,
  text,
} from '../language/shape.ts';
import { compileStatementList, statementsSchema } from '../language/statement.ts';
import { findEntry, findText, listEntries, listItems, type MapTree, type Tree } from '../language/tree.ts';
import { DEMANDS, type DemandName } from '../policy/demand.ts';
import type { Statement } from '../policy/statement.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { PATTERN } from './pattern.ts';
import { readSource } from './sources.ts';
import { findTargetFault } from './target-path.ts';

/** One sentence of config/invariants.yml: what must hold of some roles, whoever edits them. */
export type Invariant = {
  readonly id: string;
  readonly says: string;
  /** Patterns over the names of roles, and of registries. */
  readonly roles: readonly string[];
  readonly registries: readonly string[];
  /** It names neither, so it speaks of every role and every registry. */
  readonly speaksOfAll: boolean;
  /** No token of which one of these may speak has such a role: in doubt it speaks, as a deny does. */
  readonly never?: readonly Statement[];
  /** Every token that has such a role meets one of these, as a trust does. */
  readonly only?: readonly Statement[];
  /** Only tokens of these issuers have such a role. */
  readonly issuers?: readonly string[];
  readonly targets?: readonly DemandedTarget[];
  /** The demands that each role must make of the job, by itself or by the rows of its issuers. It speaks of no registry. */
  readonly demands?: readonly DemandName[];
};

/** A member that says what a role gives or a registry opens, such as `aws.role_arn`, and the patterns one of which each value must match. */
export type DemandedTarget = {
  readonly member: string;
  /** The member's names; `*` is any. */
  readonly path: readonly string[];
  /** Null: it may be left out. */
  readonly allowed: readonly (string | null)[];
};

const PATTERNS = either(PATTERN, list(PATTERN, 50));

const OR_NONE: Shape<string | null> = {
  says: 'a pattern, or null for what may be left out',
  schema: { anyOf: [PATTERN.schema, { type: 'null' }] },
  read: (tree, complaints) =>
    tree.kind === 'scalar' && tree.value === null ? null : PATTERN.read(tree, complaints),
};
const ALLOWED = either(OR_NONE, list(OR_NONE, 50));
const ID = text({ pattern: /^[a-z0-9-]{1,64}$/, says: 'an id of a-z, 0-9 and -, at most 64 characters' });

const INVARIANT = object({
  id: required(ID),
  says: required(text()),
  roles: optional(PATTERNS),
  registries: optional(PATTERNS),
  never: optional(raw(statementsSchema)),
  only: optional(raw(statementsSchema)),
  issuers: optional(list(text({ max: 512 }), 50)),
  targets: optional(record(ALLOWED, 20)),
  demands: optional(list(oneOf(...DEMANDS), DEMANDS.length)),
});

/** invariants.yml, for editors. */
export const invariantsSchema: Schema = { type: 'array', items: INVARIANT.schema };

const KINDS = ['never', 'only', 'issuers', 'targets', 'demands'] as const;

type IssuerRows = ReadonlyMap<string, IssuerRow>;

/** A statement of an invariant binds no tenant: it is no trust. Read as a deny, it may have no scopes either. */
function compileInvariantStatements(
  tree: MapTree,
  key: 'never' | 'only',
  rows: IssuerRows,
  complaints: Complaints,
): { [key: string]: Statement[] } {
  const written = findEntry(tree, key);
  if (!written) return {};
  const statements = compileStatementList(written.value, 'deny', rows, complaints);
  // Past its end a statement is as if it were not there: what is proved today would say nothing of tomorrow.
  for (const statement of statements)
    if (statement.value.until !== undefined)
      complaints.at(statement).wrongValue('What must always hold has no end. Leave until out.');
  const read = statements.map(({ value }) => value);
  return { [key]: key === 'never' ? read : read.map(statement => ({ ...statement, effect: 'trust' })) };
}

/** A name that nobody has would be a sentence about nothing, and so true. */
function complainOfTargets(tree: MapTree, complaints: Complaints): void {
  for (const entry of listEntries(findEntry(tree, 'targets')?.value)) {
    const fault = findTargetFault(entry.key.split('.'));
    if (fault !== undefined) complaints.at(entry).say('unknown-key', fault);
  }
}

function complainOfIssuers(tree: MapTree, rows: IssuerRows, complaints: Complaints): void {
  for (const item of listItems(findEntry(tree, 'issuers')?.value)) {
    const issuer = findText(item);
    if (issuer !== undefined && !rows.has(issuer))
      complaints.at(item).unknownName('issuer-unknown', 'broker.yml has no issuer', issuer, rows.keys());
  }
}

function createDemandedTargets(read: {
  [member: string]: (string | null) | (string | null)[];
}): DemandedTarget[] {
  return Object.entries(read).map(([name, allowed]) => ({
    member: name,
    path: name.split('.'),
    allowed: [allowed].flat(),
  }));
}

function compileInvariant(tree: Tree, rows: IssuerRows, complaints: Complaints): Invariant | undefined {
  const read = INVARIANT.read(tree, complaints);
  if (!read || tree.kind !== 'map') return undefined;
  const here = complaints.at(tree);
  if (KINDS.every(kind => read[kind] === undefined))
    here.say('missing-key', `An invariant has one of ${KINDS.join(', ')}.`);
  if (read.demands && read.registries !== undefined)
    here.wrongValue('A registry demands nothing of a job: leave registries out beside demands.');
  const { id, says, roles, registries, issuers, demands, targets } = read;
  const speaksOfAll = roles === undefined && registries === undefined;
  complainOfTargets(tree, complaints);
  complainOfIssuers(tree, rows, complaints);
  return {
    id,
    says,
    roles: speaksOfAll ? ['*'] : [roles ?? []].flat(),
    registries: speaksOfAll ? ['*'] : [registries ?? []].flat(),
    speaksOfAll,
    ...compileInvariantStatements(tree, 'never', rows, complaints),
    ...compileInvariantStatements(tree, 'only', rows, complaints),
    ...(issuers ? { issuers } : {}),
    ...(demands ? { demands } : {}),
    ...(targets ? { targets: createDemandedTargets(targets) } : {}),
  };
}

export type InvariantsResult = {
  readonly invariants: readonly Invariant[];
  readonly complaints: readonly Complaint[];
};

/** Reads invariants.yml of a folder: a list. Either all of it is sound, or every complaint is told with its place. */
export function readInvariants(folder: string, rows: IssuerRows): InvariantsResult {
  const complaints = new Complaints();
  const file = join(folder, 'invariants.yml');
  const source = readSource(file, complaints);
  const tree = source === undefined ? undefined : parse(file, source, complaints);
  if (tree && tree.kind !== 'list')
    complaints.at(tree).wrongType('a list of invariants, each of which begins with "- id: …"');
  const invariants = listItems(tree).flatMap(item => compileInvariant(item, rows, complaints) ?? []);
  return { invariants: complaints.all.length > 0 ? [] : invariants, complaints: complaints.all };
}
