import { auditEvent, auditLine, type Sink } from './audit/event.ts';
import { type Measuring, metricLine } from './audit/metrics.ts';
import { BrokerError } from './errors.ts';
import { type Authorization, type ExchangeRecord, type Failed, type Outcome, record } from './outcome.ts';

/** Where outcomes are written. */
export type Recorder = {
  readonly sink: Sink;
  /** When set, metrics follow each audit event to the sink. */
  readonly metrics: Measuring | undefined;
};

/** A metric is no evidence: when it cannot be written, the audit event already was, and the answer stands. */
const measured = async ({ sink, metrics }: Recorder, drawn: ExchangeRecord): Promise<void> => {
  if (!metrics) return;
  try {
    await sink(metricLine(drawn, metrics));
  } catch {}
};

/** Writes the audit event. When that fails, the outcome is that failure, and nothing leaves (threat T84). */
export const recorded = async <O extends Outcome | Authorization>(
  recorder: Recorder,
  outcome: O,
): Promise<O | Failed> => {
  try {
    const drawn = record(outcome);
    await recorder.sink(auditLine(auditEvent(drawn)));
    await measured(recorder, drawn);
    return outcome;
  } catch (cause) {
    return {
      kind: 'failed',
      reached: outcome.reached,
      error: new BrokerError('audit_unavailable', { cause }),
    };
  }
};
