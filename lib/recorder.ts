import { auditEvent, auditLine, type Sink } from './audit/event.ts';
import { type Measuring, metricLine } from './audit/metrics.ts';
import { BrokerError } from './errors.ts';
import type { AccessOutcome, Authorization, Failed, Outcome } from './outcome.ts';
import { drawRecord, type ExchangeRecord } from './record.ts';

type Any = Outcome | Authorization | AccessOutcome;

/** Where outcomes are written. */
export type Recorder = {
  readonly sink: Sink;
  /** Where each event must have arrived before its outcome leaves, beside the sink. */
  readonly demands?: Sink | undefined;
  /** When set, metrics follow each audit event to the sink. */
  readonly metrics: Measuring | undefined;
};

/** A metric is no evidence: when it cannot be written, the audit event already was, and the answer stands. */
async function measured({ sink, metrics }: Recorder, drawn: ExchangeRecord): Promise<void> {
  if (!metrics) return;
  try {
    await sink(metricLine(drawn, metrics));
  } catch {}
}

/** Nothing leaves without its event (threat T84). */
function unrecorded({ reached }: Any, cause: unknown): Failed {
  const { name, message } = cause as Error;
  return {
    kind: 'failed',
    reached,
    error: new BrokerError('audit_unavailable', { detail: `${name}: ${message}`, cause }),
  };
}

async function demanded<O extends Any>({ demands }: Recorder, outcome: O): Promise<O | Failed> {
  try {
    await demands?.(auditLine(auditEvent(drawRecord(outcome))));
    return outcome;
  } catch (cause) {
    return unrecorded(outcome, cause);
  }
}

/** Writes the audit event. When that fails, the outcome is that failure, and the sink has it, if it can, as such. */
export async function recordOutcome<O extends Any>(recorder: Recorder, outcome: O): Promise<O | Failed> {
  const ended = await demanded(recorder, outcome);
  try {
    const drawn = drawRecord(ended);
    await recorder.sink(auditLine(auditEvent(drawn)));
    await measured(recorder, drawn);
    return ended;
  } catch (cause) {
    return unrecorded(ended, cause);
  }
}
