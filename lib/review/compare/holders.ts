import type { Registry } from '../../policy/registry.ts';
import type { Role } from '../../policy/role.ts';
import type { Statement } from '../../policy/statement.ts';
import { admittedBy } from '../space/admits.ts';
import { admissionOf, type Standing, searchWorld, worldOf } from '../space/world.ts';
import { type Shown, shown } from './difference.ts';
import type { Asked, Policy } from './policy.ts';

/** Whom a trust statement admits whom none before it does; without `shown`, nobody. */
export type Holder = { readonly statement: Statement; readonly shown: Shown | undefined };

function ofIssuer(standing: Standing, asked: Asked): Holder[] {
  const { issuer } = standing.row;
  const world = worldOf({ issuer, standings: [standing], from: asked.from });
  const { trust, deny } = admissionOf(world, standing);
  const question = { world, sample: asked.sampleOf(issuer) };
  return trust.map(({ statement, box }, at) => {
    const outside = [...deny, ...trust.slice(0, at)].map(each => each.box);
    const found = searchWorld(world, box, outside);
    return { statement, shown: shown(found, question, each => admittedBy(standing, each) === statement.id) };
  });
}

/** Who can have a role, or use a registry: each of its trust statements, with a request that it alone admits. */
export function holders(role: Role | Registry, { rows }: Policy, asked: Asked): Holder[] {
  return [...new Set(role.trust.map(({ issuer }) => issuer))].flatMap(issuer => {
    const row = rows.get(issuer);
    return row ? ofIssuer({ role, row }, asked) : [];
  });
}
