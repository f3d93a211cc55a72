import { audienceOf, audienceShape } from './audience.ts';
import type { Complain, Complaint, Place } from './complaint.ts';
import type { IssuerFacts } from './issuer.ts';
import { KINDS, type KindName, kindOf, type Template } from './kinds.ts';
import { type MapTree, member, parse, type Tree } from './parse.ts';
import { SESSION, type SessionDefaults, type SessionLength, sessionOf } from './session.ts';
import {
  tree as anyTree,
  object,
  optional,
  type Placed,
  required,
  type Shape,
  text,
  truth,
} from './shape.ts';
import { MAX_STATEMENTS, type Statement, statementsOf } from './statement.ts';

/** One role file, read but not yet compiled. */
export type RoleDocument = { readonly name: string; readonly tree: MapTree };

const ROLE = object({
  description: optional(text()),
  contact: optional(text({ max: 256, pattern: /^\P{Cc}+$/u, says: 'one line of at most 256 characters' })),
  audience: optional(audienceShape),
  trust: required(anyTree),
  deny: optional(anyTree),
  session: optional(SESSION),
  single_use: optional(truth),
  disabled: optional(text({ says: 'the reason why the role is disabled' })),
  ...(Object.fromEntries(Object.keys(KINDS).map(key => [key, optional(anyTree)])) as Record<
    KindName,
    ReturnType<typeof optional<Tree>>
  >),
});

/** What decide needs of an issuer at the time of a request. */
export type IssuerReading = Pick<IssuerFacts, 'nullable' | 'session' | 'audiences'>;

/** A compiled role: immutable plain data, so that its digest is the digest of what was reviewed. */
export type Role = {
  readonly name: string;
  readonly description: string | undefined;
  readonly contact: string | undefined;
  readonly audience: string;
  readonly trust: readonly Statement[];
  readonly deny: readonly Statement[];
  readonly session: SessionLength;
  readonly singleUse: boolean;
  /** The reason, when the role is disabled. */
  readonly disabled: string | undefined;
  readonly template: Template;
  readonly issuers: Readonly<Record<string, IssuerReading>>;
};

/** What a role is compiled against: the rows of broker.yml and its defaults. */
export type Setting = {
  readonly audience: string;
  readonly issuers: ReadonlyMap<string, IssuerFacts>;
  readonly session: SessionDefaults;
};

/** Reads the text of one role file. Complaints name `file`; undefined when there is nothing to compile. */
export const parseRole = (
  name: string,
  file: string,
  source: string,
  complain: Complain,
): RoleDocument | undefined => {
  const tree = parse(file, source, complain);
  if (tree && tree.kind !== 'map')
    complain(
      'wrong-type',
      tree.place,
      'A role is a mapping with trust and one provider. A bare list of statements goes under trust:.',
    );
  return tree?.kind === 'map' ? { name, tree } : undefined;
};

const complainOfIds = (statements: readonly Placed<Statement>[], whole: Place, complain: Complain): void => {
  const seen = new Set<string>();
  for (const {
    value: { id },
    place,
  } of statements) {
    if (seen.has(id)) complain('duplicate-id', place, `Two statements of this role have the id "${id}".`);
    seen.add(id);
  }
  if (statements.length > MAX_STATEMENTS)
    complain(
      'too-many',
      whole,
      `The role has ${statements.length} statements; at most ${MAX_STATEMENTS} are allowed.`,
    );
};

const complainOfScopes = (kind: KindName, trust: readonly Placed<Statement>[], complain: Complain): void => {
  const { scopes } = kindOf(kind);
  for (const { value: statement, place } of trust) {
    if (scopes === 'refused' && statement.scopes)
      complain(
        'scopes-refused',
        place,
        `${statement.id} has scopes, which "${kind}" does not know. Remove them: what the credential may do is said under ${kind}.`,
      );
    if (scopes === 'required' && !statement.scopes && !statement.flat)
      complain(
        'scopes-refused',
        place,
        `${statement.id} needs scopes: without any, "${kind}" would give everything.`,
      );
  }
};

const chosenKind = (tree: MapTree, complain: Complain): KindName | undefined => {
  const names = Object.keys(KINDS) as KindName[];
  const chosen = names.filter(name => tree.entries.some(({ key }) => key === name));
  if (chosen.length === 1) return chosen[0];
  const says = chosen.length === 0 ? 'has none' : `has ${chosen.join(' and ')}`;
  complain('provider-count', tree.place, `A role has exactly one of ${names.join(', ')}; this one ${says}.`);
  return undefined;
};

/** A role's own audience replaces the default, and with it what an issuer's tokens may have instead. */
const issuersOf = (
  statements: readonly Statement[],
  setting: Setting,
  ownAudience: boolean,
): Role['issuers'] => {
  const used = [...new Set(statements.map(({ issuer }) => issuer))].sort();
  return Object.fromEntries(
    used.map(issuer => {
      const facts = setting.issuers.get(issuer);
      return [
        issuer,
        {
          nullable: facts?.nullable ?? [],
          session: facts?.session ?? { group: 'sub', run: 'sub', job: 'sub' },
          audiences: ownAudience ? [] : (facts?.audiences ?? []),
        },
      ];
    }),
  );
};

/**
 * Compiles a role, or complains of everything that is wrong with it and gives undefined: unknown issuers
 * and claims, operands that can never match, missing bindings, templates that nothing binds, and the rest
 * of design/policy.md.
 */
export const compileRole = (
  { name, tree }: RoleDocument,
  setting: Setting,
  complainTo: Complain,
): Role | undefined => {
  const complaints: Complaint[] = [];
  const complain: Complain = (rule, place, message) => {
    complaints.push({ rule, place, message });
    complainTo(rule, place, message);
  };
  const read = ROLE.read(tree, complain);
  const under = (key: string): Tree | undefined => member(tree, key)?.value;
  // ROLE has complained of what is malformed; what is sound is still checked beside it, all at once.
  const sound = <T>(key: string, shape: Shape<T>): T | undefined => {
    const value = under(key);
    return value && shape.read(value, () => {});
  };
  const trustTree = under('trust');
  const denyTree = under('deny');
  const placedTrust = trustTree ? statementsOf(trustTree, 'trust', setting.issuers, complain) : [];
  const placedDeny = denyTree ? statementsOf(denyTree, 'deny', setting.issuers, complain) : [];
  const trust = placedTrust.map(({ value }) => value);
  const deny = placedDeny.map(({ value }) => value);
  complainOfIds([...placedTrust, ...placedDeny], tree.place, complain);
  const kind = chosenKind(tree, complain);
  const kindTree = kind && under(kind);
  if (!kind || !kindTree) return undefined;
  complainOfScopes(kind, placedTrust, complain);
  const template = kindOf(kind).compile(kindTree, { role: name, trust, issuers: setting.issuers }, complain);
  const session = sessionOf(
    sound('session', SESSION),
    (template as { seconds?: number } | undefined)?.seconds,
    kind,
    setting.session,
    complain,
  );
  const written = sound('audience', audienceShape);
  const audience = written ? audienceOf(written, complain) : setting.audience;
  if (!read || !template || complaints.length > 0) return undefined;
  return {
    name,
    description: read.description,
    contact: read.contact,
    audience,
    trust,
    deny,
    session,
    singleUse: read.single_use ?? false,
    disabled: read.disabled,
    template: { kind, ...template } as Template,
    issuers: issuersOf([...trust, ...deny], setting, written !== undefined),
  };
};
