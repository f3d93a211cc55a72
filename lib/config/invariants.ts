import { join } from 'node:path';
import type { Complain, Complaint } from '../policy/complaint.ts';
import { type MapTree, member, parse, type Tree } from '../policy/parse.ts';
import { either, list, object, optional, raw, record, required, type Schema, text } from '../policy/shape.ts';
import { type Statement, statementsOf, statementsSchema } from '../policy/statement.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { PATTERN } from './pattern.ts';
import { readSource } from './sources.ts';

/** One sentence of config/invariants.yml: what must hold of some roles, whoever edits them. */
export type Invariant = {
  readonly id: string;
  readonly says: string;
  /** Patterns over the names of roles. */
  readonly roles: readonly string[];
  /** No token of which one of these may speak has such a role: in doubt it speaks, as a deny does. */
  readonly never?: readonly Statement[];
  /** Every token that has such a role meets one of these, as a trust does. */
  readonly only?: readonly Statement[];
  /** Only tokens of these issuers have such a role. */
  readonly issuers?: readonly string[];
  /** Member of the provider, such as aws.role_arn → patterns, one of which it must match. */
  readonly targets?: { readonly [member: string]: readonly string[] };
};

const PATTERNS = either(PATTERN, list(PATTERN, 50));
const ID = text({ pattern: /^[a-z0-9-]{1,64}$/, says: 'an id of a-z, 0-9 and -, at most 64 characters' });

const INVARIANT = object({
  id: required(ID),
  says: required(text()),
  roles: optional(PATTERNS),
  never: optional(raw(statementsSchema)),
  only: optional(raw(statementsSchema)),
  issuers: optional(list(text({ max: 512 }), 50)),
  targets: optional(record(PATTERNS, 20)),
});

/** invariants.yml, for editors. */
export const invariantsSchema: Schema = { type: 'array', items: INVARIANT.schema };

const KINDS = ['never', 'only', 'issuers', 'targets'] as const;

type Rows = ReadonlyMap<string, IssuerRow>;

/** A statement of an invariant binds no tenant: it is no trust. Read as a deny, it may have no scopes either. */
const statements = (
  tree: MapTree,
  key: 'never' | 'only',
  rows: Rows,
  complain: Complain,
): Statement[] | undefined => {
  const written = member(tree, key);
  if (!written) return undefined;
  const placed = statementsOf(written.value, 'deny', rows, complain);
  // Past its end a statement is as if it were not there: what is proved today would say nothing of tomorrow.
  for (const { value, place } of placed)
    if (value.until !== undefined)
      complain('wrong-value', place, 'What must always hold has no end. Leave until out.');
  const read = placed.map(({ value }) => value);
  return key === 'never' ? read : read.map(statement => ({ ...statement, effect: 'trust' }));
};

const asList = (value: string | readonly string[]): readonly string[] => [value].flat();

const complainOfKinds = (tree: MapTree, complain: Complain): void => {
  if (KINDS.every(kind => member(tree, kind) === undefined))
    complain('missing-key', tree.place, `An invariant has one of ${KINDS.join(', ')}.`);
};

const invariant = (tree: Tree, rows: Rows, complain: Complain): Invariant | undefined => {
  const read = INVARIANT.read(tree, complain);
  if (!read || tree.kind !== 'map') return undefined;
  complainOfKinds(tree, complain);
  const roles = asList(read.roles ?? '*');
  const targets =
    read.targets &&
    Object.fromEntries(Object.entries(read.targets).map(([name, value]) => [name, asList(value)]));
  const never = statements(tree, 'never', rows, complain);
  const only = statements(tree, 'only', rows, complain);
  return {
    id: read.id,
    says: read.says,
    roles,
    ...(never ? { never } : {}),
    ...(only ? { only } : {}),
    ...(read.issuers ? { issuers: read.issuers } : {}),
    ...(targets ? { targets } : {}),
  };
};

export type ReadInvariants = {
  readonly invariants: readonly Invariant[];
  readonly complaints: readonly Complaint[];
};

/** Reads invariants.yml of a folder: a list. Either all of it is sound, or every complaint is told with its place. */
export const readInvariants = (folder: string, rows: Rows): ReadInvariants => {
  const complaints: Complaint[] = [];
  const complain: Complain = (rule, place, message) => void complaints.push({ rule, place, message });
  const file = join(folder, 'invariants.yml');
  const source = readSource(file, complain);
  const tree = source === undefined ? undefined : parse(file, source, complain);
  if (tree && tree.kind !== 'list')
    complain('wrong-type', tree.place, 'Invariants are a list: each begins with "- id: …".');
  const items = tree?.kind === 'list' ? tree.items : [];
  const invariants = items.flatMap(item => invariant(item, rows, complain) ?? []);
  return { invariants: complaints.length > 0 ? [] : invariants, complaints };
};
