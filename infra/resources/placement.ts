import { createHash } from 'node:crypto';
import { createPolicy, type IamPolicy, type IamStatement } from '../cloudformation.ts';

/**
 * The most that IAM takes for all inline policies of one role together, for one managed policy, and how many of these a role may
 * have before AWS is asked for more. White space is not counted.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const INLINE_LIMIT = 10_240;
export const MANAGED_LIMIT = 6144;
export const MANAGED_POLICIES = 10;

export type Room = {
  /** How many characters all inline policies of the role have, with these statements among them. */
  readonly sizeWith: (...statements: readonly IamStatement[]) => number;
  readonly limit: number;
  /** How many characters IAM counts of one policy. */
  readonly sizeOf: (document: IamPolicy) => number;
};

/** The ARNs that fit, as statements, and how many of the ARNs do not. */
export type Placement = {
  readonly inline: IamStatement | undefined;
  /** One for each managed policy; undefined where one stays empty. */
  readonly attached: readonly (IamStatement | undefined)[];
  readonly left: number;
};

type WriteStatement = (arns: readonly string[]) => IamStatement;
type Bin = { readonly arns: string[]; size: number; readonly limit: number };

function findBin(bins: readonly Bin[], arn: string, inline: Bin): Bin | undefined {
  // By its own name, so that another role's coming and going moves few.
  const first = createHash('sha256').update(arn).digest().readUInt32BE() % MANAGED_POLICIES;
  const inOrder = [...bins.slice(first), ...bins.slice(0, first), inline];
  // Two quotes and a comma.
  return inOrder.find(each => each.size + arn.length + 3 <= each.limit);
}

/**
 * Lays out ARNs over the inline policy and ten managed ones. While they fit the inline one, all are there. Else each goes
 * into a managed policy of its own choice, and the inline one takes what is left: policies of a role change one after
 * another, and an ARN that moved between two would be in neither for some seconds.
 */
export function placeArns(arns: readonly string[], shape: WriteStatement, room: Room): Placement {
  const none = Array.from({ length: MANAGED_POLICIES }, () => undefined);
  if (room.sizeWith(shape(arns)) <= room.limit) return { inline: shape(arns), attached: none, left: 0 };
  // The first ARN has no comma.
  const empty = room.sizeOf(createPolicy(shape([]))) - 1;
  const bins: Bin[] = none.map(() => ({ arns: [], size: empty, limit: MANAGED_LIMIT }));
  const inline: Bin = { arns: [], size: room.sizeWith(shape([])) - 1, limit: room.limit };
  let left = 0;
  for (const arn of arns) {
    const bin = findBin(bins, arn, inline);
    if (!bin) {
      left++;
      continue;
    }
    bin.arns.push(arn);
    bin.size += arn.length + 3;
  }
  const [first, ...others] = [inline, ...bins].map(bin =>
    bin.arns.length > 0 ? shape(bin.arns) : undefined,
  );
  return { inline: first, attached: others, left };
}
