import type { JobKind } from '../../jobs/kind.ts';
import { createSearchSpace, type GuardedPolicy } from '../space/space.ts';
import { findGains, findScopeGains, type Gain, type ScopeGain, type SearchQuestion } from './difference.ts';
import { findGuardrailChanges } from './guardrails.ts';
import type { PolicyItem } from './item.ts';
import { judgeJobs, summarizeJobs } from './jobs.ts';
import {
  compareMembers,
  describeGift,
  flattenItem,
  flattenRow,
  isSameJson,
  type MemberChange,
} from './members.ts';
import type { PolicySet, PolicyVersions, SearchOptions } from './policy.ts';
import { allowNewName, findLostGuards, findRenamed } from './rename.ts';

/** All that is otherwise for one role or registry. What could not be told counts as gained. */
export type RoleChange = {
  readonly of: 'role' | 'registry';
  readonly role: string;
  readonly is: 'added' | 'removed' | 'changed' | 'renamed';
  /** Its name before, of one that is renamed. */
  readonly was?: string | undefined;
  /** Kinds of jobs that it admits now and did not. */
  readonly opens: readonly JobKind[];
  /** The credential that it gives now: of whose, and which rights. */
  readonly gives: string | undefined;
  readonly gained: readonly Gain[];
  readonly lost: readonly Gain[];
  readonly scopesGained: readonly ScopeGain[];
  readonly scopesLost: readonly ScopeGain[];
  readonly members: readonly MemberChange[];
};

/** How an issuer's tokens are verified otherwise. */
export type IssuerChange = { readonly issuer: string; readonly members: readonly MemberChange[] };

/** Changes of how an issuer's tokens are verified. A row that is new or gone shows in the roles that name it. */
export function compareIssuers(before: PolicySet, after: PolicySet): IssuerChange[] {
  return [...after.rows].flatMap(([issuer, row]) => {
    const old = before.rows.get(issuer);
    const members = old ? compareMembers(flattenRow(old), flattenRow(row)) : [];
    return members.length > 0 ? [{ issuer, members }] : [];
  });
}

/** All that is otherwise between two configurations. */
export type Differences = {
  readonly roles: readonly RoleChange[];
  readonly issuers: readonly IssuerChange[];
  readonly guardrails: readonly MemberChange[];
};

function findGuarded(
  policy: PolicySet,
  role: PolicyItem | undefined,
  issuer: string,
): GuardedPolicy | undefined {
  const row = policy.rows.get(issuer);
  return role && row && { role, row };
}

type ItemPair = { readonly before: PolicyItem | undefined; readonly after: PolicyItem | undefined };

function listPairIssuers(pair: ItemPair): Set<string> {
  return new Set([pair.before, pair.after].flatMap(role => role?.trust.map(each => each.issuer) ?? []));
}

function compareForIssuer(issuer: string, pair: ItemPair, policies: PolicyVersions, asked: SearchOptions) {
  const from = findGuarded(policies.before, pair.before, issuer);
  const to = findGuarded(policies.after, pair.after, issuer);
  const standings = [from, to].filter(each => each !== undefined);
  const space = createSearchSpace({ issuer, standings, from: asked.from });
  const question: SearchQuestion = { space, sample: asked.findSample(issuer) };
  return {
    gained: findGains(question, from, to),
    lost: findGains(question, to, from),
    scopesGained: from && to ? findScopeGains(question, from, to) : [],
    scopesLost: from && to ? findScopeGains(question, to, from) : [],
  };
}

/** Two audiences are a change of a member, told once, and not one of whom each statement admits. */
function alignAudience(
  before: PolicyItem | undefined,
  after: PolicyItem | undefined,
): PolicyItem | undefined {
  return before && after && before.audience !== after.audience
    ? { ...before, audience: after.audience }
    : before;
}

function comparePair(pair: ItemPair, policies: PolicyVersions, asked: SearchOptions): RoleChange {
  const { before, after } = pair;
  const alike = { before: alignAudience(before, after), after };
  const each = [...listPairIssuers(pair)].map(issuer => compareForIssuer(issuer, alike, policies, asked));
  const item = after ?? before;
  const renamed = before && after && before.name !== after.name;
  return {
    of: item && 'methods' in item ? 'registry' : 'role',
    role: item?.name ?? '',
    is: before ? (after ? (renamed ? 'renamed' : 'changed') : 'removed') : 'added',
    was: renamed ? before.name : undefined,
    opens: listOpenedJobs(alike, policies),
    gives: after && describeGift(after),
    gained: each.flatMap(({ gained }) => gained),
    lost: each.flatMap(({ lost }) => lost),
    scopesGained: each.flatMap(({ scopesGained }) => scopesGained),
    scopesLost: each.flatMap(({ scopesLost }) => scopesLost),
    members: before && after ? comparePairMembers(pair, policies) : [],
  };
}

function listAdmittedJobs(item: PolicyItem | undefined, policy: PolicySet): JobKind[] {
  return item && !('disabled' in item && item.disabled !== undefined)
    ? summarizeJobs(judgeJobs(item, policy.rows)).flatMap(each =>
        each.answer === 'admits' ? [each.kind] : [],
      )
    : [];
}

function listOpenedJobs(pair: ItemPair, policies: PolicyVersions): JobKind[] {
  const before = listAdmittedJobs(pair.before, policies.before);
  return listAdmittedJobs(pair.after, policies.after).filter(kind => !before.includes(kind));
}

function comparePairMembers(pair: ItemPair, policies: PolicyVersions): MemberChange[] {
  const { before, after } = pair;
  if (!before || !after) return [];
  const members = compareMembers(flattenItem(before), flattenItem(after));
  if (before.name === after.name) return members;
  const of = 'methods' in after ? 'registry' : 'role';
  const names = { of, before: before.name, after: after.name } as const;
  return [...members.map(each => allowNewName(each, names)), ...findLostGuards(names, policies)];
}

function isSilent(change: RoleChange): boolean {
  const { is, gained, lost, scopesGained, scopesLost, members } = change;
  return (
    is === 'changed' && [gained, lost, scopesGained, scopesLost, members].every(list => list.length === 0)
  );
}

type SelectItems = (policy: PolicySet) => readonly PolicyItem[];

function compareItems(items: SelectItems, versions: PolicyVersions, asked: SearchOptions): RoleChange[] {
  const { before, after } = versions;
  const byName = (policy: PolicySet) => new Map(items(policy).map(item => [item.name, item]));
  const [old, now] = [byName(before), byName(after)];
  const renamed = findRenamed(old, now);
  const left = new Set(renamed.values());
  const guards = [...new Set([...before.rows.keys(), ...after.rows.keys()])].filter(
    issuer => !isSameJson(before.rows.get(issuer)?.require, after.rows.get(issuer)?.require),
  );
  const names = [...new Set([...old.keys(), ...now.keys()])].filter(name => !left.has(name));
  return names.sort().flatMap(name => {
    const pair: ItemPair = { before: old.get(renamed.get(name) ?? name), after: now.get(name) };
    const untouched =
      isSameJson(pair.before, pair.after) && !guards.some(issuer => listPairIssuers(pair).has(issuer));
    const change = untouched ? undefined : comparePair(pair, { before, after }, asked);
    return change && !isSilent(change) ? [change] : [];
  });
}

/**
 * Role by role, and registry by registry, what a changed policy newly admits and gives, and what it does no longer:
 * exact, each with a request that shows it. What is decided and filled in as before is left out, however its file has
 * changed.
 */
export function compareRoles(before: PolicySet, after: PolicySet, asked: SearchOptions): RoleChange[] {
  return [(policy: PolicySet) => policy.roles, ({ registries = [] }: PolicySet) => registries].flatMap(
    items => compareItems(items, { before, after }, asked),
  );
}

/** All that is otherwise between two configurations: who gets in, how issuers are verified, what guards all roles. */
export function compareConfigs(before: PolicySet, after: PolicySet, asked: SearchOptions): Differences {
  return {
    roles: compareRoles(before, after, asked),
    issuers: compareIssuers(before, after),
    guardrails: findGuardrailChanges(before, after),
  };
}

/**
 * Does anybody get more than before? What could not be told counts, and so does a member whose direction is unknown.
 */
export function isWidening(change: RoleChange): boolean {
  return (
    [change.gained, change.scopesGained].some(list => list.length > 0) ||
    change.members.some(each => !each.narrower)
  );
}
