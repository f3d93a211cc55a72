import type { Invariant } from '../../config/invariants.ts';
import { suggestWord } from '../../language/nearest.ts';
import { addNulls, type Claims } from '../../policy/claims.ts';
import { checkCondition, judgeAll } from '../../policy/condition.ts';
import { type DemandName, listDemands } from '../../policy/demand.ts';
import { matchGlob } from '../../policy/glob.ts';
import type { Registry } from '../../policy/registry.ts';
import type { Statement } from '../../policy/statement.ts';
import { findAdmitting } from '../space/admits.ts';
import { isAlways } from '../space/plain.ts';
import type { SearchResult } from '../space/search.ts';
import {
  createBox,
  createSearchSpace,
  findAdmission,
  type GuardedPolicy,
  type SearchedPolicy,
  searchSpace,
} from '../space/space.ts';
import type { Witness } from '../space/witness.ts';
import { findFirstShown, type SearchQuestion, type ShownRequest, showRequest } from './difference.ts';
import type { PolicyItem } from './item.ts';
import type { PolicySet, SearchOptions } from './policy.ts';
import { isTargetAllowed, readTargets, type TargetValue } from './targets.ts';

/** A demand on every request that has a role. Statements of issuers other than the space's say nothing here. */
export type Requirement =
  /** None of these may speak of it; in doubt it does, as with a deny. */
  | { readonly never: readonly Statement[] }
  /** One of these holds, as with a trust. */
  | { readonly only: readonly Statement[] };

function isMetBy(statement: Statement, guarded: GuardedPolicy, witness: Witness): boolean {
  const { issuer, claims, sourceAddress } = witness;
  if (statement.issuer !== issuer) return false;
  const known = addNulls(claims, guarded.role.issuers[issuer]?.nullable);
  const { truth } = judgeAll(statement.conditions.map(each => checkCondition(each, known, sourceAddress)));
  return statement.effect === 'deny' ? truth !== 'false' : truth === 'true';
}

function isBrokenBy(demanded: Requirement, standing: GuardedPolicy, witness: Witness): boolean {
  return 'never' in demanded
    ? demanded.never.some(each => isMetBy(each, standing, witness))
    : !demanded.only.some(each => isMetBy(each, standing, witness));
}

function* searchBreaking(
  demanded: Requirement,
  question: SearchQuestion,
  standing: GuardedPolicy,
): Generator<SearchResult> {
  const { space } = question;
  const { trust, deny } = findAdmission(space, standing);
  const struck = deny.map(each => each.box);
  const boxes = Object.values(demanded)
    .flat()
    .filter(each => each.issuer === space.issuer)
    .map(statement => createBox(space, statement, standing.role));
  for (const { box } of trust) {
    if ('only' in demanded) yield searchSpace(space, box, [...struck, ...boxes]);
    else for (const never of boxes) yield searchSpace(space, [...box, ...never], struck);
  }
}

/** A request that has the role and breaks what is demanded; undefined when there is none: then it is proved. */
export function findCounterexample(
  demanded: Requirement,
  question: SearchQuestion,
  standing: GuardedPolicy,
): ShownRequest | undefined {
  return findFirstShown(searchBreaking(demanded, question, standing), found =>
    showRequest(
      found,
      question,
      witness => findAdmitting(standing, witness) !== undefined && isBrokenBy(demanded, standing, witness),
    ),
  );
}

/** Why a role or a registry breaks an invariant, or may: with a request that shows it, or by a member of its file. */
export type Refutation =
  | { readonly by: 'never' | 'only' | 'issuers'; readonly shown: ShownRequest }
  /** A value of undefined: it is left out, and what is left out proves nothing. */
  | { readonly by: 'demands'; readonly demand: DemandName }
  | { readonly by: 'targets'; readonly member: string; readonly value: TargetValue | undefined };

function listRequirements(invariant: Invariant, issuer: string) {
  const { never, only, issuers } = invariant;
  return [
    ...(never ? [{ by: 'never' as const, demanded: { never } }] : []),
    ...(only ? [{ by: 'only' as const, demanded: { only } }] : []),
    ...(issuers && !issuers.includes(issuer) ? [{ by: 'issuers' as const, demanded: { only: [] } }] : []),
  ];
}

/**
 * Is it plain from the values that the trust statements list that none of their requests breaks what is demanded?
 * Most sentences are: then there is no search.
 */
function isPlainlyProved(demanded: Requirement, guarded: GuardedPolicy): boolean {
  const { role, row } = guarded;
  const trust = role.trust.filter(each => each.issuer === row.issuer);
  const list = Object.values(demanded)
    .flat()
    .filter(each => each.issuer === row.issuer);
  return trust.every(({ conditions }) => {
    const given = [...conditions, ...row.require];
    const isMet = (each: Statement) => each.conditions.every(one => isAlways(one, 'true', given));
    const isFalse = (each: Statement) => each.conditions.some(one => isAlways(one, 'false', given));
    return 'never' in demanded ? list.every(isFalse) : list.some(isMet);
  });
}

function refuteForIssuer(
  invariant: Invariant,
  standing: GuardedPolicy,
  sample: Claims,
  from: number,
): Refutation[] {
  const { issuer } = standing.row;
  const open = listRequirements(invariant, issuer).filter(each => !isPlainlyProved(each.demanded, standing));
  if (open.length === 0) return [];
  const statements = [...(invariant.never ?? []), ...(invariant.only ?? [])].filter(
    each => each.issuer === issuer,
  );
  const space = createSearchSpace({ issuer, standings: [standing], statements, from });
  return open.flatMap(each => {
    const broken = findCounterexample(each.demanded, { space, sample }, standing);
    return broken ? [{ by: each.by, shown: broken }] : [];
  });
}

function findBrokenTargets(invariant: Invariant, subject: PolicyItem): Refutation[] {
  const { targets = [] } = invariant;
  return targets
    .filter(({ path: [kind] }) => kind === readKind(subject))
    .flatMap(({ member, path, allowed }) =>
      readTargets(isRegistryItem(subject) ? subject : subject.template, path.slice(1))
        .filter(each => !isTargetAllowed(each.value, allowed))
        .map(
          ({ path: at, value }): Refutation => ({
            by: 'targets',
            member: at ? `${path[0]}.${at}` : member,
            value,
          }),
        ),
    );
}

function isRegistryItem(subject: PolicyItem): subject is Registry {
  return 'methods' in subject;
}

function readKind(subject: PolicyItem): string {
  return isRegistryItem(subject) ? 'registry' : subject.template.kind;
}

/** Finds what a role does not demand of the jobs of an issuer that it trusts. */
function findMissingDemands(invariant: Invariant, subject: PolicyItem): Refutation[] {
  const { demands = [] } = invariant;
  if (isRegistryItem(subject)) return [];
  const made = subject.trust.map(each => listDemands(subject, each.issuer));
  return demands
    .filter(demand => made.some(list => !list.includes(demand)))
    .map(demand => ({ by: 'demands', demand }));
}

/** The roles or the registries of which the invariant speaks, and of which it says anything at all. */
export function selectSubjects(invariant: Invariant, policy: PolicySet): PolicyItem[] {
  const { roles, registries = [] } = policy;
  const named = [
    ...roles.filter(each => invariant.roles.some(pattern => matchGlob(pattern, each.name))),
    ...registries.filter(each => invariant.registries.some(pattern => matchGlob(pattern, each.name))),
  ];
  return named.filter(subject => hasDemands(invariant, subject));
}

function hasDemands(invariant: Invariant, subject: PolicyItem): boolean {
  const { never, only, issuers, targets = [], demands } = invariant;
  return (
    never !== undefined ||
    only !== undefined ||
    issuers !== undefined ||
    (demands !== undefined && !isRegistryItem(subject)) ||
    targets.some(({ path: [kind] }) => kind === readKind(subject))
  );
}

type Named = { readonly name: string };

/** Patterns of names that no role, or no registry, has. */
function findUnmatched(of: string, patterns: readonly string[], items: readonly Named[]): string[] {
  const names = items.map(each => each.name);
  return patterns
    .filter(pattern => !names.some(name => matchGlob(pattern, name)))
    .map(pattern => `no ${of} is named "${pattern}".${suggestWord(pattern, names)}`);
}

/** Targets of a kind that none of its subjects has. */
function findAimlessTargets(invariant: Invariant, subjects: readonly PolicyItem[]): string[] {
  const kinds = subjects.map(readKind);
  const aims = new Set((invariant.targets ?? []).map(({ path: [kind = ''] }) => kind));
  return [...aims]
    .filter(kind => !kinds.includes(kind))
    .map(kind =>
      kind === 'registry' ? 'it speaks of no registry.' : `none of its roles is of the kind ${kind}.`,
    );
}

/** Finds parts of an invariant that speak of nothing: they would be "proved" whatever the roles say. */
export function findEmptyParts(invariant: Invariant, policy: PolicySet): string[] {
  const { roles, registries = [] } = policy;
  const subjects = selectSubjects(invariant, policy);
  const unmatched = [
    ...findUnmatched('role', invariant.roles, roles),
    ...findUnmatched('registry', invariant.registries, registries),
  ];
  return [
    ...(invariant.speaksOfAll ? [] : unmatched),
    ...findAimlessTargets(invariant, subjects),
    ...(roles.length + registries.length === 0 ? ['there is no role and no registry.'] : []),
    ...findIdleIssuers(invariant, subjects),
  ];
}

/** Only where no statement at all is about an issuer that somebody trusts: one more issuer may be a guard for later. */
function findIdleIssuers(invariant: Invariant, subjects: readonly PolicyItem[]): string[] {
  const { never, only, issuers, targets, demands } = invariant;
  if (!never || only || issuers || targets || demands || subjects.length === 0) return [];
  const trusted = new Set(subjects.flatMap(each => each.trust.map(({ issuer }) => issuer)));
  return never.some(each => trusted.has(each.issuer))
    ? []
    : [`none of what it speaks of trusts ${[...new Set(never.map(each => each.issuer))].join(' or ')}.`];
}

/** All that refutes an invariant of a role or registry; none: it is proved, for every token there can be. */
export function findRefutations(
  invariant: Invariant,
  subject: PolicyItem,
  policy: PolicySet,
  asked: SearchOptions,
): Refutation[] {
  const issuers = [...new Set(subject.trust.map(each => each.issuer))];
  return [
    ...findBrokenTargets(invariant, subject),
    ...findMissingDemands(invariant, subject),
    ...issuers.flatMap(issuer => {
      const row = policy.rows.get(issuer);
      const role: SearchedPolicy = subject;
      return row ? refuteForIssuer(invariant, { role, row }, asked.findSample(issuer), asked.from) : [];
    }),
  ];
}
