import type { AppHost, Endpoint } from '../policy/endpoint.ts';
import type { IssuerFacts } from '../policy/issuer.ts';
import type { Role } from '../policy/role.ts';
import { type KindName, SCOPES_WITHIN, type Template } from '../policy/targets.ts';
import { audienceShape, compileAudience } from './audience.ts';
import { Complaints } from './complaint.ts';
import { APPROVED, compileDemands, type People, RUNNING } from './demand.ts';
import { findKind, KINDS } from './kinds.ts';
import { parseMapping } from './parse.ts';
import { compileSession, RUNNING_SESSION, SESSION, type SessionDefaults } from './session.ts';
import { object, optional, raw, required, type Schema, type Shape, text, truth } from './shape.ts';
import { statementsSchema } from './statement.ts';
import { compileScopes, compileStatements, readIssuers } from './statements.ts';
import { findEntry, type MapTree, type Tree } from './tree.ts';

/** One role file, read but not yet compiled. */
export type RoleDocument = { readonly name: string; readonly tree: MapTree };

/** Whom a denied caller may ask. */
export const contact = text({
  max: 256,
  pattern: /^\P{Cc}+$/u,
  says: 'one line of at most 256 characters',
});

const ROLE = object({
  description: optional(text()),
  contact: optional(contact),
  audience: optional(audienceShape),
  trust: required(raw(statementsSchema)),
  deny: optional(raw(statementsSchema)),
  session: optional(SESSION),
  single_use: optional(truth),
  disabled: optional(text({ says: 'the reason why the role is disabled' })),
  running: optional(RUNNING),
  approval: optional(APPROVED),
  ...(Object.fromEntries(
    Object.entries(KINDS).map(([key, { schema }]) => [key, optional(raw(schema))]),
  ) as Record<KindName, ReturnType<typeof optional<Tree>>>),
});

/** A role file, for editors. */
export const roleSchema: Schema = {
  ...ROLE.schema,
  oneOf: Object.keys(KINDS).map(key => ({ required: [key] })),
};

/** The setting that a role is compiled against: the rows of broker.yml and its defaults. */
export type RoleSetting = {
  readonly audience: string;
  readonly issuers: ReadonlyMap<string, IssuerFacts>;
  readonly session: SessionDefaults;
  readonly endpoints?: ReadonlyMap<string, Endpoint> | undefined;
  readonly apps?: ReadonlyMap<string, AppHost> | undefined;
  /** Who may be named as an approver; left out where broker.yml names nobody. */
  readonly people?: People | undefined;
};

/** Reads the text of one role file. Complaints name `file`; undefined when there is nothing to compile. */
export function parseRole(
  name: string,
  file: string,
  source: string,
  complaints: Complaints,
): RoleDocument | undefined {
  const tree = parseMapping(
    file,
    source,
    complaints,
    'a mapping with trust and one provider',
    ' A bare list of statements goes under trust:.',
  );
  return tree && { name, tree };
}

function findChosenKind(tree: MapTree, complaints: Complaints): KindName | undefined {
  const names = Object.keys(KINDS) as KindName[];
  const chosen = names.filter(name => findEntry(tree, name));
  if (chosen.length === 1) return chosen[0];
  const found = chosen.length === 0 ? 'has none' : `has ${chosen.join(' and ')}`;
  const says = `A role has exactly one of ${names.join(', ')}; this one ${found}.`;
  return complaints.at(tree).say('provider-count', says);
}

/** Reads a member that is sound, whatever else is not: what is malformed was complained of with the whole. */
function readSound<T>(tree: MapTree, key: string, shape: Shape<T>): T | undefined {
  const value = findEntry(tree, key)?.value;
  return value && shape.read(value, new Complaints());
}

/**
 * Compiles a role, or complains of everything that is wrong with it and gives undefined: unknown issuers
 * and claims, operands that can never match, missing bindings, templates that nothing binds, and the rest
 * of docs/reference/policy.md.
 */
export function compileRole(
  document: RoleDocument,
  setting: RoleSetting,
  complaints: Complaints,
): Role | undefined {
  const { name, tree } = document;
  const { issuers, people = new Map() } = setting;
  const before = complaints.all.length;
  const read = ROLE.read(tree, complaints);
  const statements = compileStatements(tree, issuers, complaints);
  const kind = findChosenKind(tree, complaints);
  const kindTree = kind && findEntry(tree, kind)?.value;
  if (!kind || !kindTree) return undefined;
  const trust = statements.trust.map(({ value }) => value);
  const deny = statements.deny.map(({ value }) => value);
  const { compile, lengths, scopes, scopesOf } = findKind(kind);
  const template = compile(kindTree, { ...setting, role: name, trust }, complaints);
  const listed = template && scopesOf?.(template);
  const scopeDemand = { of: kind, scopes, listed, isScopeWithin: SCOPES_WITHIN[kind] };
  const granting = compileScopes(statements.trust, scopeDemand, complaints);
  const demands = compileDemands(
    { running: readSound(tree, 'running', RUNNING), approval: readSound(tree, 'approval', APPROVED) },
    { trust, issuers, people },
    complaints,
  );
  const mustRun = demands.running ?? trust.some(({ issuer }) => issuers.get(issuer)?.running);
  const seconds = (template as { seconds?: number } | undefined)?.seconds;
  const session = compileSession(
    readSound(tree, 'session', SESSION) ?? {},
    { kind, seconds, lengths: lengths(template) },
    mustRun && kind === 'aws' ? RUNNING_SESSION : setting.session,
    complaints,
  );
  const written = readSound(tree, 'audience', audienceShape);
  const audience = written ? compileAudience(written, complaints) : setting.audience;
  if (!read || !template || complaints.all.length > before) return undefined;
  return {
    name,
    description: read.description,
    contact: read.contact,
    audience,
    trust: granting,
    deny,
    session,
    singleUse: read.single_use ?? false,
    disabled: read.disabled,
    ...demands,
    template: { kind, ...template } as Template,
    issuers: readIssuers([...trust, ...deny], issuers, written !== undefined),
  };
}
