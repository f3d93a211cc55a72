import type { ExchangeRecord } from '../record.ts';

/** Of all brokers of an account and region. What alarms count stands below it, by stack. */
export const NAMESPACE = 'kite-sts';

/** Each role is up to three metrics that CloudWatch bills by the month, so a larger fleet is not told apart by role. */
export const MAX_MEASURED_ROLES = 50;

export type Measuring = {
  /** How many roles the configuration has. */
  readonly roles: number;
};

type Metric = { readonly Name: string; readonly Unit: 'Count' | 'Milliseconds' };

function writeDirective(dimensions: readonly string[], Metrics: readonly Metric[]) {
  return { Namespace: NAMESPACE, Dimensions: [dimensions], Metrics };
}

const COUNT: Metric = { Name: 'Exchanges', Unit: 'Count' };
const BY_ROLE = writeDirective(['role', 'outcome'], [COUNT]);
/** One for each step that an exchange can have, made when it is first measured. */
const TIMES = new Map<string, Metric>();

function findTimeMetric(step: string): Metric {
  const known = TIMES.get(step);
  if (known) return known;
  const time: Metric = { Name: step.charAt(0).toUpperCase() + step.slice(1), Unit: 'Milliseconds' };
  TIMES.set(step, time);
  return time;
}

/**
 * One line of CloudWatch's Embedded Metric Format, which becomes metrics when it is logged. A dimension is only
 * what the broker knows a closed list of: the protocol, the outcome, and a role that the configuration has.
 * Whatever a caller made up would be a metric of its own each time.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function writeMetricLine(record: ExchangeRecord, measuring: Measuring): string {
  const { reached, outcome } = record;
  const role = measuring.roles <= MAX_MEASURED_ROLES ? reached.snapshot?.role.name : undefined;
  const times = Object.keys(reached.ms).map(findTimeMetric);
  const line: { [name: string]: unknown } = {
    _aws: {
      Timestamp: Math.round(reached.at * 1000),
      CloudWatchMetrics: [
        writeDirective(['protocol', 'outcome'], [COUNT, ...times]),
        ...(role === undefined ? [] : [BY_ROLE]),
      ],
    },
    protocol: reached.protocol,
    outcome,
    role,
    Exchanges: 1,
  };
  for (const [step, ms] of Object.entries(reached.ms))
    line[findTimeMetric(step).Name] = Math.round(ms * 1000) / 1000;
  return JSON.stringify(line);
}
