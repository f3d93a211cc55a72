import type { Statement } from '../../policy/statement.ts';
import { findAdmitting } from '../space/admits.ts';
import { createSearchSpace, findAdmission, type GuardedPolicy, searchSpace } from '../space/space.ts';
import { type ShownRequest, showRequest } from './difference.ts';
import type { PolicyItem } from './item.ts';
import type { PolicySet, SearchOptions } from './policy.ts';

/** Whom a trust statement admits whom none before it does; without `shown`, nobody. */
export type Holder = { readonly statement: Statement; readonly shown: ShownRequest | undefined };

function findHoldersOfIssuer(standing: GuardedPolicy, asked: SearchOptions): Holder[] {
  const { issuer } = standing.row;
  const space = createSearchSpace({ issuer, standings: [standing], from: asked.from });
  const { trust, deny } = findAdmission(space, standing);
  const question = { space, sample: asked.findSample(issuer) };
  return trust.map(({ statement, box }, at) => {
    const outside = [...deny, ...trust.slice(0, at)].map(each => each.box);
    const found = searchSpace(space, box, outside);
    return {
      statement,
      shown: showRequest(found, question, each => findAdmitting(standing, each) === statement.id),
    };
  });
}

/** Who can have a role, or use a registry: each of its trust statements, with a request that it alone admits. */
export function findHolders(role: PolicyItem, policy: PolicySet, asked: SearchOptions): Holder[] {
  return [...new Set(role.trust.map(each => each.issuer))].flatMap(issuer => {
    const row = policy.rows.get(issuer);
    return row ? findHoldersOfIssuer({ role, row }, asked) : [];
  });
}
