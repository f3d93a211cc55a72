import type { Claims } from '../policy/claims.ts';
import type { Registry } from '../policy/registry.ts';
import type { Role } from '../policy/role.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { type Gain, gains, type Question, type ScopeGain, scopeGains } from './difference.ts';
import { type Standing, worldOf } from './world.ts';

/** As much of a configuration as decides. */
export type Policy = {
  readonly roles: readonly Role[];
  readonly registries?: readonly Registry[] | undefined;
  readonly rows: ReadonlyMap<string, IssuerRow>;
};

/** A member of a role or of an issuer's row that is not what it was. Only some have a direction that is known. */
export type MemberChange = {
  readonly member: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly narrower: boolean;
};

/** All that is otherwise for one role or registry. What could not be told counts as gained. */
export type RoleChange = {
  readonly of: 'role' | 'registry';
  readonly role: string;
  readonly is: 'added' | 'removed' | 'changed';
  readonly gained: readonly Gain[];
  readonly lost: readonly Gain[];
  readonly scopesGained: readonly ScopeGain[];
  readonly scopesLost: readonly ScopeGain[];
  readonly members: readonly MemberChange[];
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

type Members = { readonly [member: string]: unknown };

/** Of these, less is known to be narrower. */
const LENGTHS = ['session.seconds', 'session.max', 'seconds', 'maxTokenLifetime'];

const narrower = (member: string, before: unknown, after: unknown): boolean => {
  if (LENGTHS.includes(member))
    return typeof before === 'number' && typeof after === 'number' && after < before;
  return member === 'single_use' && after === true;
};

const membersChanged = (before: Members, after: Members): MemberChange[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter(member => !same(before[member], after[member]))
    .map(member => ({
      member,
      before: before[member],
      after: after[member],
      narrower: narrower(member, before[member], after[member]),
    }));

/** What a role gives and to whom it is given once, beside whom it admits. */
const membersOfRole = ({ template: { kind, ...template }, session, singleUse }: Role): Members => ({
  ...Object.fromEntries(Object.entries(template).map(([name, value]) => [`${kind}.${name}`, value])),
  'session.seconds': session.seconds,
  'session.max': session.max,
  single_use: singleUse,
});

/** Which methods need which scope, and where. */
const membersOfRegistry = ({ path, methods }: Registry): Members => ({
  path,
  ...Object.fromEntries(Object.entries(methods).map(([method, scope]) => [`methods.${method}`, scope])),
});

type Item = Role | Registry;

const membersOf = (item: Item): Members =>
  'template' in item ? membersOfRole(item) : membersOfRegistry(item);

/** What of an issuer's row lets tokens in before any role is asked, but for its guard, which is part of admission. */
const rowMembers = ({ origin, algorithms, maxTokenLifetime, allowPrivateNetwork }: IssuerRow): Members => ({
  ...origin,
  algorithms,
  maxTokenLifetime,
  allowPrivateNetwork,
});

/** How an issuer's tokens are verified otherwise. */
export type IssuerChange = { readonly issuer: string; readonly members: readonly MemberChange[] };

/** Changes of how an issuer's tokens are verified. A row that is new or gone shows in the roles that name it. */
export const issuerChanges = (before: Policy, after: Policy): IssuerChange[] =>
  [...after.rows].flatMap(([issuer, row]) => {
    const old = before.rows.get(issuer);
    const members = old ? membersChanged(rowMembers(old), rowMembers(row)) : [];
    return members.length > 0 ? [{ issuer, members }] : [];
  });

/** All that is otherwise between two configurations. */
export type Differences = {
  readonly roles: readonly RoleChange[];
  readonly issuers: readonly IssuerChange[];
};

export type Asked = {
  /** The claims of a plain job of an issuer, for witnesses that read well. */
  readonly sampleOf: (issuer: string) => Claims;
  /** Seconds since the epoch. */
  readonly from: number;
};

const standing = ({ rows }: Policy, role: Item | undefined, issuer: string): Standing | undefined => {
  const row = rows.get(issuer);
  return role && row && { role, row };
};

type Pair = { readonly before: Item | undefined; readonly after: Item | undefined };
type Policies = { readonly before: Policy; readonly after: Policy };

const issuersOf = ({ before, after }: Pair): Set<string> =>
  new Set([before, after].flatMap(role => role?.trust.map(({ issuer }) => issuer) ?? []));

const ofIssuer = (issuer: string, pair: Pair, policies: Policies, asked: Asked) => {
  const from = standing(policies.before, pair.before, issuer);
  const to = standing(policies.after, pair.after, issuer);
  const standings = [from, to].filter(each => each !== undefined);
  const world = worldOf({ issuer, standings, from: asked.from });
  const question: Question = { world, sample: asked.sampleOf(issuer) };
  return {
    gained: gains(question, from, to),
    lost: gains(question, to, from),
    scopesGained: from && to ? scopeGains(question, from, to) : [],
    scopesLost: from && to ? scopeGains(question, to, from) : [],
  };
};

const roleChange = (pair: Pair, policies: Policies, asked: Asked): RoleChange => {
  const { before, after } = pair;
  const each = [...issuersOf(pair)].map(issuer => ofIssuer(issuer, pair, policies, asked));
  const item = after ?? before;
  return {
    of: item && 'methods' in item ? 'registry' : 'role',
    role: item?.name ?? '',
    is: before ? (after ? 'changed' : 'removed') : 'added',
    gained: each.flatMap(({ gained }) => gained),
    lost: each.flatMap(({ lost }) => lost),
    scopesGained: each.flatMap(({ scopesGained }) => scopesGained),
    scopesLost: each.flatMap(({ scopesLost }) => scopesLost),
    members: before && after ? membersChanged(membersOf(before), membersOf(after)) : [],
  };
};

const silent = ({ is, gained, lost, scopesGained, scopesLost, members }: RoleChange): boolean =>
  is === 'changed' && [gained, lost, scopesGained, scopesLost, members].every(list => list.length === 0);

type Items = (policy: Policy) => readonly Item[];

const changesOf = (items: Items, { before, after }: Policies, asked: Asked): RoleChange[] => {
  const byName = (policy: Policy) => new Map(items(policy).map(item => [item.name, item]));
  const [old, now] = [byName(before), byName(after)];
  const guards = [...new Set([...before.rows.keys(), ...after.rows.keys()])].filter(
    issuer => !same(before.rows.get(issuer)?.require, after.rows.get(issuer)?.require),
  );
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap(name => {
    const pair: Pair = { before: old.get(name), after: now.get(name) };
    const untouched = same(pair.before, pair.after) && !guards.some(issuer => issuersOf(pair).has(issuer));
    const change = untouched ? undefined : roleChange(pair, { before, after }, asked);
    return change && !silent(change) ? [change] : [];
  });
};

/**
 * Role by role, and registry by registry, what a changed policy newly admits and gives, and what it does no longer:
 * exact, each with a request that shows it. What is decided and filled in as before is left out, however its file has
 * changed.
 */
export const changes = (before: Policy, after: Policy, asked: Asked): RoleChange[] =>
  [(policy: Policy) => policy.roles, ({ registries = [] }: Policy) => registries].flatMap(items =>
    changesOf(items, { before, after }, asked),
  );

/** Does anybody get more than before? What could not be told counts, and so does a member whose direction is unknown. */
export const widens = (change: RoleChange): boolean =>
  [change.gained, change.scopesGained].some(list => list.length > 0) ||
  change.members.some(each => !each.narrower);
