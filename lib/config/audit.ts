import type { Destination } from '../aws/delivery.ts';
import type { Complain } from '../language/complaint.ts';
import type { Tree } from '../language/parse.ts';
import { object, oneOf, optional, required, text, truth } from '../language/shape.ts';

/** Where audit events go beside standard output, and whether a credential waits until its own is there. */
export type AuditSetting = Destination & { readonly required: boolean };

/** `audit` of broker.yml. */
export const AUDIT = object({
  sink: required(oneOf('stdout', 'firehose', 'eventbridge')),
  to: optional(
    text({ max: 256, pattern: /^[\w./-]+$/, says: 'the name of a delivery stream or of an event bus' }),
  ),
  required: optional(truth),
});

type AuditText = NonNullable<ReturnType<typeof AUDIT.read>>;

/** Undefined: standard output alone, for which every credential waits anyway. */
export function compileAudit(
  written: AuditText | undefined,
  tree: Tree,
  complain: Complain,
): AuditSetting | undefined {
  const { sink, to, required: waits = true } = written ?? { sink: 'stdout' };
  if (sink === 'stdout') {
    if (to !== undefined || !waits)
      complain(
        'wrong-value',
        tree.place,
        'audit: standard output has no name, and every credential waits for it.',
      );
    return undefined;
  }
  if (to === undefined) {
    complain('missing-key', tree.place, `audit: "to" is required, the name of what ${sink} writes to.`);
    return undefined;
  }
  return { sink, to, required: waits };
}
