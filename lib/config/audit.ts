import type { Destination } from '../aws/delivery.ts';
import type { Complaints } from '../language/complaint.ts';
import { object, oneOf, optional, required, text, truth } from '../language/shape.ts';
import type { Tree } from '../language/tree.ts';

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
  complaints: Complaints,
): AuditSetting | undefined {
  const { sink, to, required: waits = true } = written ?? { sink: 'stdout' };
  const here = complaints.at(tree);
  if (sink === 'stdout')
    return to === undefined && waits
      ? undefined
      : here.wrongValue('audit: standard output has no name, and every credential waits for it.');
  if (to === undefined) return here.missingKey('to', `beside ${sink}, the name of what it writes to`);
  return { sink, to, required: waits };
}
