import { findNumberFault } from '../../../language/condition.ts';
import type { Shape } from '../../../language/shape.ts';
import type { ClaimValue } from '../../../policy/claims.ts';

/** A claim's value as a token has it: any JSON, its objects without a prototype. */
export const CLAIM: Shape<ClaimValue> = {
  says: 'a value as in a token',
  schema: {},
  read(tree, complaints) {
    if (tree.kind === 'scalar') {
      const fault = findNumberFault(tree);
      return fault === undefined ? tree.value : complaints.at(tree).wrongValue(fault);
    }
    if (tree.kind === 'list') {
      const items = tree.items.map(item => CLAIM.read(item, complaints));
      return items.every(item => item !== undefined) ? items : undefined;
    }
    const members: { [name: string]: ClaimValue } = Object.create(null);
    const values = tree.entries.map(({ key, value }) => [key, CLAIM.read(value, complaints)] as const);
    for (const [key, value] of values) if (value !== undefined) members[key] = value;
    return values.every(([, value]) => value !== undefined) ? members : undefined;
  },
};
