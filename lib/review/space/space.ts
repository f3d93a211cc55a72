import { readClaimPath } from '../../policy/claims.ts';
import type { Condition, TruthJudgement } from '../../policy/condition.ts';
import type { Effect, Statement } from '../../policy/statement.ts';
import type { TrustPolicy } from '../../policy/trust.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { createBudget, type SearchBudget } from './language.ts';
import {
  createClaimDimension,
  createRegion,
  type Dimension,
  invertRegion,
  type Point,
  selectPoints,
} from './region.ts';
import { type Box, type Demand, type SearchResult, searchBoxes } from './search.ts';
import { listSourcePoints } from './source.ts';

/** A trust policy with what it leads to: a role or a registry. A registry has no session, and is never disabled. */
export type SearchedPolicy = TrustPolicy & {
  readonly name: string;
  readonly disabled?: string | undefined;
  /** Seconds of the shortest session, which a statement's `until` must leave. */
  readonly session?: { readonly min: number };
};

/** A role, or a registry, as it stands in one configuration; `row` is that of the issuer which is looked at. */
export type GuardedPolicy = { readonly role: SearchedPolicy; readonly row: IssuerRow };

/** The dimensions in which requests with tokens of one issuer can differ, for all roles that are compared. */
export type SearchSpace = {
  readonly issuer: string;
  readonly claims: ReadonlyMap<string, Dimension>;
  readonly source: Dimension;
  readonly time: Dimension;
  readonly audience: Dimension;
  /** No token is in one of these: it would have a claim inside of one that is no object. */
  readonly impossible: readonly Box[];
  /** The cost that a search of it may have, and what was learned so far. */
  readonly budget: SearchBudget;
  readonly admissions: Map<GuardedPolicy, Admission>;
};

/** A statement and the requests of which it speaks: those that a trust statement admits, or that a deny strikes. */
export type PlacedStatement = { readonly statement: Statement; readonly box: Box };

/** Whom a role admits: trust minus deny, each in its order. */
export type Admission = {
  readonly trust: readonly PlacedStatement[];
  readonly deny: readonly PlacedStatement[];
};

export function readShortestSession(policy: SearchedPolicy): number {
  return policy.session?.min ?? 0;
}

function listStatementsOf(policy: SearchedPolicy, issuer: string): Statement[] {
  return [...policy.trust, ...policy.deny].filter(statement => statement.issuer === issuer);
}

/** Every moment at which a statement changes its effect, what lies between two of them, and what comes after all. */
function listMoments(standings: readonly GuardedPolicy[], issuer: string, from: number): number[] {
  const ends = standings
    .flatMap(each =>
      listStatementsOf(each.role, issuer).map(({ until, effect }) =>
        until === undefined ? undefined : effect === 'trust' ? until - readShortestSession(each.role) : until,
      ),
    )
    .filter(end => end !== undefined && end > from) as number[];
  const sorted = [from, ...new Set(ends.sort((a, b) => a - b))];
  return sorted.flatMap((moment, at) => [moment, (moment + (sorted[at + 1] ?? moment + 2)) / 2]);
}

function listAcceptedAudiences(guarded: GuardedPolicy, issuer: string): readonly string[] {
  return [guarded.role.audience, ...(guarded.role.issuers[issuer]?.audiences ?? [])];
}

/** The policies of a search, and where it begins. */
export type SpaceOptions = {
  readonly issuer: string;
  readonly standings: readonly GuardedPolicy[];
  /** Statements beside those of the roles, such as those of an invariant. */
  readonly statements?: readonly Statement[];
  /** Seconds since the epoch: what ended before is past, and no request is made then. */
  readonly from: number;
};

function isInsideClaim(inner: string, outer: string): boolean {
  const [within, around] = [inner, outer].map(name => [readClaimPath(name) ?? name].flat());
  return (
    !!within && !!around && around.length < within.length && around.every((each, at) => each === within[at])
  );
}

/**
 * Of claims one inside of the other (`/o/a` and `/o/a/b`): the inner one is there only where the outer is an object.
 */
function findImpossible(claims: readonly Dimension[]): Box[] {
  return claims.flatMap(outer =>
    claims
      .filter(inner => isInsideClaim(inner.name, outer.name))
      .map(inner => [
        {
          on: outer,
          region: invertRegion(
            selectPoints(outer, point => typeof point === 'object' && point !== null),
            outer,
          ),
        },
        {
          on: inner,
          region: invertRegion(
            selectPoints(inner, point => point === undefined),
            inner,
          ),
        },
      ]),
  );
}

/** Every condition of a scene: those of the guards, of the policies, and of the statements beside them. */
function listConditions(options: SpaceOptions): Condition[] {
  const { issuer, standings, statements = [] } = options;
  const own = standings.flatMap(each => listStatementsOf(each.role, issuer));
  return [
    ...standings.flatMap(each => each.row.require),
    ...[...own, ...statements].flatMap(each => each.conditions),
  ];
}

/** A dimension for each claim of which a condition speaks, by its name. */
function createClaimDimensions(conditions: readonly Condition[]): Map<string, Dimension> {
  const ofClaims = conditions.filter(each => each.on === 'claim');
  const names = new Set(ofClaims.map(each => each.name));
  const only = (claim: string): Condition[] => ofClaims.filter(each => each.name === claim);
  return new Map([...names].map(name => [name, createClaimDimension(name, only(name))]));
}

/** A dimension of single values, in which no text and no array is. */
function createPointDimension(name: string, points: Iterable<Point>): Dimension {
  return { name, points: [...points], elements: undefined };
}

/** Creates the space in which these policies are searched. */
export function createSearchSpace(options: SpaceOptions): SearchSpace {
  const { issuer, standings, from } = options;
  const conditions = listConditions(options);
  const claims = createClaimDimensions(conditions);
  const ranges = conditions
    .filter(each => each.on === 'source_ip')
    .flatMap(each => each.operands.map(String));
  const audiences = new Set(standings.flatMap(each => listAcceptedAudiences(each, issuer)));
  return {
    issuer,
    claims,
    source: createPointDimension('source_ip', [undefined, ...listSourcePoints(ranges)]),
    time: createPointDimension('time', listMoments(standings, issuer, from)),
    audience: createPointDimension('aud', audiences),
    impossible: findImpossible([...claims.values()]),
    budget: createBudget(),
    admissions: new Map(),
  };
}

/** Some request of this space that is inside of one box and outside of the others; else as `search`. */
export function searchSpace(space: SearchSpace, inside: Box, outside: readonly Box[]): SearchResult {
  return searchBoxes(inside, [...outside, ...space.impossible], space.budget);
}

const HOLDS: { readonly [effect in Effect]: (judged: TruthJudgement) => boolean } = {
  trust: ({ truth }) => truth === 'true',
  // In doubt, a deny strikes.
  deny: ({ truth }) => truth !== 'false',
};

type ConditionReading = { readonly effect: Effect; readonly nullable: readonly string[] };

function createDemand(space: SearchSpace, condition: Condition, reading: ConditionReading): Demand {
  const { on: about, name } = condition;
  const on = about === 'claim' ? (space.claims.get(name) as Dimension) : space.source;
  const absent = reading.nullable.includes(name) ? null : undefined;
  return { on, region: createRegion(condition, on, absent, HOLDS[reading.effect]) };
}

function demandActiveTime(space: SearchSpace, statement: Statement, role: SearchedPolicy): Demand[] {
  const { until, effect } = statement;
  if (until === undefined) return [];
  // As decide has it: a trust statement whose end is nearer than the shortest session is skipped.
  const least = effect === 'trust' ? readShortestSession(role) : 0;
  const active = (now: number): boolean => until > now && until - now >= least;
  return [{ on: space.time, region: selectPoints(space.time, point => active(point as number)) }];
}

/** The demands of a statement alone, without those that its role and its issuer's row make of everyone. */
export function createBox(space: SearchSpace, statement: Statement, role: SearchedPolicy): Box {
  return [
    ...statement.conditions.map(condition =>
      createDemand(space, condition, {
        effect: statement.effect,
        nullable: role.issuers[space.issuer]?.nullable ?? [],
      }),
    ),
    ...demandActiveTime(space, statement, role),
  ];
}

function demandOfEveryone(space: SearchSpace, standing: GuardedPolicy): Box {
  const { row } = standing;
  const audiences = listAcceptedAudiences(standing, space.issuer);
  return [
    ...row.require.map(condition =>
      createDemand(space, condition, { effect: 'trust', nullable: row.nullable }),
    ),
    {
      on: space.audience,
      region: selectPoints(space.audience, audience => audiences.includes(audience as string)),
    },
  ];
}

function createAdmission(space: SearchSpace, standing: GuardedPolicy): Admission {
  const { role } = standing;
  const everyone = demandOfEveryone(space, standing);
  const placed = (list: readonly Statement[], more: Box): PlacedStatement[] =>
    list
      .filter(each => each.issuer === space.issuer)
      .map(statement => ({ statement, box: [...more, ...createBox(space, statement, role)] }));
  return { trust: placed(role.trust, everyone), deny: placed(role.deny, []) };
}

const NOBODY: Admission = { trust: [], deny: [] };

/** Whom the role admits, as boxes: a role that is not there, or is disabled, admits nobody. */
export function findAdmission(space: SearchSpace, standing: GuardedPolicy | undefined): Admission {
  if (!standing || standing.role.disabled !== undefined) return NOBODY;
  const admission = space.admissions.get(standing) ?? createAdmission(space, standing);
  space.admissions.set(standing, admission);
  return admission;
}
