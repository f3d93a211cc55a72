import type { Operator, Scalar } from '../policy/condition.ts';

/** A test that every token of the kind meets: a claim, an operator of the policy's language, its operands. */
export type ClaimTest = readonly [claim: string, operator: Operator, ...operands: Scalar[]];

/**
 * Who can bring a job of the kind about without the rights that a role's author has in mind: an `outsider` has no
 * rights in the organization at all, a `colleague` has some, but none to change what a branch rule protects.
 */
export type Danger = 'outsider' | 'colleague';

/** One kind of job of a CI vendor, as its tokens tell of it. */
export type JobKind = {
  readonly name: string;
  /** The kind in words, after "admits". */
  readonly says: string;
  /** Undefined: whoever causes it has the rights that the policy asks for anyway. */
  readonly danger: Danger | undefined;
  /** How one is caused, and by whom. */
  readonly how: string;
  /** Tests that every token of the kind meets; undefined: nothing in the token tells it from another. */
  readonly tells: readonly ClaimTest[] | undefined;
  /** Of one that nothing tells: the kind whose tokens its own look like. */
  readonly like?: string;
  /** Where the vendor says so. */
  readonly source: string;
};

/** A kind as its vendor's file has it, by its name. */
type JobKindRow = Pick<JobKind, 'says' | 'how'> & Partial<Omit<JobKind, 'name'>>;

/** Completes the kinds of a vendor. `source` is where the vendor says so, unless a row has its own. */
export function createJobKinds(
  source: string,
  rows: { readonly [name: string]: JobKindRow },
): readonly JobKind[] {
  return Object.entries(rows).map(([name, row]) => ({
    danger: undefined,
    tells: undefined,
    source,
    ...row,
    name,
  }));
}

/** A name that nobody gives a branch or a tag: only what leaves it open, or a pattern for any, admits it. */
export const ANY_NAME = 'zz-any-name-2f7c';

const BY: { readonly [danger in Danger]: string } = {
  outsider: 'anyone from outside can cause',
  colleague: 'a colleague without further rights can cause',
};

/** Those of them that others can cause, by name, and who can. */
export function describeKinds(kinds: readonly JobKind[]): string {
  return (Object.keys(BY) as Danger[])
    .map(danger => ({ danger, names: kinds.filter(each => each.danger === danger).map(({ name }) => name) }))
    .filter(({ names }) => names.length > 0)
    .map(({ danger, names }) => `${names.join(', ')} (${BY[danger]})`)
    .join(' and ');
}
