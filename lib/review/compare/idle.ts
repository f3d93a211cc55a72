import {
  createBox,
  findAdmission,
  type GuardedPolicy,
  type SearchSpace,
  searchSpace,
} from '../space/space.ts';

/** Why a statement of a role changes nothing. */
export type IdleReason =
  /** Its conditions contradict each other, or the guard, or it has ended. */
  | 'never_holds'
  /** Earlier trust statements have already admitted all that it speaks of. */
  | 'shadowed'
  /** It denies nobody whom a trust statement admits. */
  | 'denies_nothing';

export type IdleStatement = { readonly id: string; readonly why: IdleReason };

/** The statements of one issuer that could be left out without any request being decided otherwise. */
export function findIdleStatements(space: SearchSpace, standing: GuardedPolicy): IdleStatement[] {
  const { trust, deny } = findAdmission(space, standing);
  const trusts = trust.map(({ statement, box }, at): IdleStatement | undefined => {
    const { id } = statement;
    if (searchSpace(space, box, []) === 'none') return { id, why: 'never_holds' };
    const earlier = trust.slice(0, at).map(each => each.box);
    return earlier.length > 0 && searchSpace(space, box, earlier) === 'none'
      ? { id, why: 'shadowed' }
      : undefined;
  });
  const denies = deny.map(({ statement, box }): IdleStatement | undefined => {
    const { id } = statement;
    if (searchSpace(space, createBox(space, statement, standing.role), []) === 'none')
      return { id, why: 'never_holds' };
    const strikes = trust.some(each => searchSpace(space, [...each.box, ...box], []) !== 'none');
    return strikes ? undefined : { id, why: 'denies_nothing' };
  });
  return [...trusts, ...denies].filter(each => each !== undefined);
}

/** Is there no request of this issuer's tokens that has the role? Undefined when it could not be told. */
export function isUnreachable(space: SearchSpace, standing: GuardedPolicy): boolean | undefined {
  const { trust, deny } = findAdmission(space, standing);
  const found = trust.map(({ box }) =>
    searchSpace(
      space,
      box,
      deny.map(each => each.box),
    ),
  );
  if (found.some(each => typeof each === 'object')) return false;
  return found.includes('undecided') ? undefined : true;
}
