import type { Complaints } from '../../../language/complaint.ts';
import { isIntegerText, type Shape } from '../../../language/shape.ts';
import type { ScalarTree } from '../../../language/tree.ts';
import type { ClaimValue } from '../../../policy/claims.ts';

function readScalarClaim(scalar: ScalarTree, complaints: Complaints): ClaimValue | undefined {
  const { value, source, place } = scalar;
  if (typeof value !== 'number' || isIntegerText(source)) return value;
  return complaints
    .at(place)
    .wrongValue(`${source} is not a whole number within ±9007199254740991. Quote it if text is meant.`);
}

/** A claim's value as a token has it: any JSON, its objects without a prototype. */
export const CLAIM: Shape<ClaimValue> = {
  says: 'a value as in a token',
  schema: {},
  read(tree, complaints) {
    if (tree.kind === 'scalar') return readScalarClaim(tree, complaints);
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
