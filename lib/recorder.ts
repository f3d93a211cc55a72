import { createAuditEvent, type Sink, writeAuditLine } from './audit/event.ts';
import { type Measuring, writeMetricLine } from './audit/metrics.ts';
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

/** A metric is no evidence: when it cannot be composed, the audit event goes alone, and the answer stands. */
function composeMetrics({ metrics }: Recorder, drawn: ExchangeRecord): string | undefined {
  try {
    return metrics && writeMetricLine(drawn, metrics);
  } catch {
    return undefined;
  }
}

/** Nothing leaves without its event (threat T84). */
function createUnrecorded({ reached }: Any, cause: unknown): Failed {
  const { name, message } = cause as Error;
  return {
    kind: 'failed',
    reached,
    error: new BrokerError('audit_unavailable', { detail: `${name}: ${message}`, cause }),
  };
}

async function deliverEvent<O extends Any>({ demands }: Recorder, outcome: O): Promise<O | Failed> {
  try {
    await demands?.(writeAuditLine(createAuditEvent(drawRecord(outcome))));
    return outcome;
  } catch (cause) {
    return createUnrecorded(outcome, cause);
  }
}

/** Writes the audit event. When that fails, the outcome is that failure, and the sink has it, if it can, as such. */
export async function recordOutcome<O extends Any>(recorder: Recorder, outcome: O): Promise<O | Failed> {
  const ended = await deliverEvent(recorder, outcome);
  try {
    const drawn = drawRecord(ended);
    await recorder.sink(writeAuditLine(createAuditEvent(drawn)), composeMetrics(recorder, drawn));
    return ended;
  } catch (cause) {
    return createUnrecorded(ended, cause);
  }
}
