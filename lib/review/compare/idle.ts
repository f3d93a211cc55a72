import {
  createBox,
  findAdmission,
  type GuardedPolicy,
  type SearchSpace,
  searchSpace,
} from '../space/world.ts';

/** Why a statement of a role changes nothing. */
export type IdleReason =
  /** Its conditions contradict each other, or the guard, or it has ended. */
  | 'never_holds'
  /** What it speaks of, earlier trust statements have already admitted. */
  | 'shadowed'
  /** It denies nobody whom a trust statement admits. */
  | 'denies_nothing';

export type IdleStatement = { readonly id: string; readonly why: IdleReason };

/** The statements of one issuer that could be left out without any request being decided otherwise. */
export function findIdleStatements(world: SearchSpace, standing: GuardedPolicy): IdleStatement[] {
  const { trust, deny } = findAdmission(world, standing);
  const trusts = trust.map(({ statement, box }, at): IdleStatement | undefined => {
    const { id } = statement;
    if (searchSpace(world, box, []) === 'none') return { id, why: 'never_holds' };
    const earlier = trust.slice(0, at).map(each => each.box);
    return earlier.length > 0 && searchSpace(world, box, earlier) === 'none'
      ? { id, why: 'shadowed' }
      : undefined;
  });
  const denies = deny.map(({ statement, box }): IdleStatement | undefined => {
    const { id } = statement;
    if (searchSpace(world, createBox(world, statement, standing.role), []) === 'none')
      return { id, why: 'never_holds' };
    const strikes = trust.some(each => searchSpace(world, [...each.box, ...box], []) !== 'none');
    return strikes ? undefined : { id, why: 'denies_nothing' };
  });
  return [...trusts, ...denies].filter(each => each !== undefined);
}

/** Is there no request of this issuer's tokens that has the role? Undefined when it could not be told. */
export function isUnreachable(world: SearchSpace, standing: GuardedPolicy): boolean | undefined {
  const { trust, deny } = findAdmission(world, standing);
  const found = trust.map(({ box }) =>
    searchSpace(
      world,
      box,
      deny.map(each => each.box),
    ),
  );
  if (found.some(each => typeof each === 'object')) return false;
  return found.includes('undecided') ? undefined : true;
}
