import type { Invariant } from '../config/invariants.ts';
import { type Claims, withNulls } from '../policy/claims.ts';
import { all, check } from '../policy/condition.ts';
import { globMatches } from '../policy/glob.ts';
import type { Role } from '../policy/role.ts';
import type { Statement } from '../policy/statement.ts';
import { admittedBy } from './admits.ts';
import type { Asked, Policy } from './change.ts';
import { firstOf, type Question, type Shown, shown } from './difference.ts';
import { type Searched, search } from './search.ts';
import type { Witness } from './witness.ts';
import { admissionOf, boxOf, type Standing, worldOf } from './world.ts';

/** What must hold of every request that has a role. Statements of issuers other than the world's say nothing here. */
export type Demanded =
  /** None of these may speak of it; in doubt it does, as with a deny. */
  | { readonly never: readonly Statement[] }
  /** One of these holds, as with a trust. */
  | { readonly only: readonly Statement[] };

const speaks = (
  statement: Statement,
  { role }: Standing,
  { issuer, claims, sourceAddress }: Witness,
): boolean => {
  if (statement.issuer !== issuer) return false;
  const known = withNulls(claims, role.issuers[issuer]?.nullable);
  const { truth } = all(statement.conditions.map(each => check(each, known, sourceAddress)));
  return statement.effect === 'deny' ? truth !== 'false' : truth === 'true';
};

const breaks = (demanded: Demanded, standing: Standing, witness: Witness): boolean =>
  'never' in demanded
    ? demanded.never.some(each => speaks(each, standing, witness))
    : !demanded.only.some(each => speaks(each, standing, witness));

function* broken(demanded: Demanded, { world }: Question, standing: Standing): Generator<Searched> {
  const { trust, deny } = admissionOf(world, standing);
  const struck = deny.map(({ box }) => box);
  const boxes = Object.values(demanded)
    .flat()
    .filter(({ issuer }) => issuer === world.issuer)
    .map(statement => boxOf(world, statement, standing.role));
  for (const { box } of trust) {
    if ('only' in demanded) yield search(box, [...struck, ...boxes], world.effort);
    else for (const never of boxes) yield search([...box, ...never], struck, world.effort);
  }
}

/** A request that has the role and breaks what is demanded; undefined when there is none: then it is proved. */
export const counterexample = (
  demanded: Demanded,
  question: Question,
  standing: Standing,
): Shown | undefined =>
  firstOf(broken(demanded, question, standing), found =>
    shown(
      found,
      question,
      witness => admittedBy(standing, witness) !== undefined && breaks(demanded, standing, witness),
    ),
  );

/** Why a role breaks an invariant, or may: with a request that shows it, or by a member of its provider. */
export type Refutation =
  | { readonly by: 'never' | 'only' | 'issuers'; readonly shown: Shown }
  | { readonly by: 'targets'; readonly member: string; readonly value: unknown };

const demandsOf = ({ never, only, issuers }: Invariant, issuer: string) => [
  ...(never ? [{ by: 'never' as const, demanded: { never } }] : []),
  ...(only ? [{ by: 'only' as const, demanded: { only } }] : []),
  ...(issuers && !issuers.includes(issuer) ? [{ by: 'issuers' as const, demanded: { only: [] } }] : []),
];

const ofIssuer = (invariant: Invariant, standing: Standing, sample: Claims, from: number): Refutation[] => {
  const { issuer } = standing.row;
  const statements = [...(invariant.never ?? []), ...(invariant.only ?? [])].filter(
    each => each.issuer === issuer,
  );
  const world = worldOf({ issuer, standings: [standing], statements, from });
  return demandsOf(invariant, issuer).flatMap(({ by, demanded }) => {
    const broken = counterexample(demanded, { world, sample }, standing);
    return broken ? [{ by, shown: broken }] : [];
  });
};

const memberOf = ({ template: { kind, ...members } }: Role, name: string): unknown =>
  name.startsWith(`${kind}.`)
    ? (members as { [name: string]: unknown })[name.slice(kind.length + 1)]
    : undefined;

/** A member that a role of this kind has must match; one of another kind says nothing of it. */
const targetsBroken = ({ targets = {} }: Invariant, role: Role): Refutation[] =>
  Object.entries(targets).flatMap(([member, patterns]) => {
    const value = memberOf(role, member);
    if (value === undefined || patterns.some(pattern => globMatches(pattern, String(value)))) return [];
    return [{ by: 'targets', member, value }];
  });

/** Is this one of the roles of which the invariant speaks? */
export const speaksOf = ({ roles }: Invariant, { name }: Role): boolean =>
  roles.some(pattern => globMatches(pattern, name));

/** All that refutes an invariant of a role; none: it is proved, for every token there can be. */
export const refutations = (
  invariant: Invariant,
  role: Role,
  { rows }: Policy,
  asked: Asked,
): Refutation[] => {
  const issuers = [...new Set(role.trust.map(({ issuer }) => issuer))];
  return [
    ...targetsBroken(invariant, role),
    ...issuers.flatMap(issuer => {
      const row = rows.get(issuer);
      return row ? ofIssuer(invariant, { role, row }, asked.sampleOf(issuer), asked.from) : [];
    }),
  ];
};
