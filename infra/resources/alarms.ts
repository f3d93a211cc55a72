import { DENIED, RATE_LIMITED, UPSTREAM_THROTTLED, writeFailedPattern } from '../../lib/audit/patterns.ts';
import type { Code } from '../../lib/errors.ts';
import { writeFaultPattern, writeKeysPattern } from '../../lib/lambda/fault.ts';
import { COPY_REPORTS } from '../../lib/token/copy.ts';
import { NOT_TAKEN } from '../../lib/token/keys.ts';
import { type Resource, type Resources, refer, substitute } from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import { DENIALS, FAULTS, JOB_FAULTS } from './thresholds.ts';

const NAMESPACE = substitute('kite-sts/${AWS::StackName}');
const FIVE_MINUTES = 300;

/** Patterns over what any function that verifies tokens says of the shared key sets. */
export const COPY_PATTERNS = {
  IssuerKeysUnproven: writeKeysPattern(COPY_REPORTS.unproven),
  IssuerKeysNotShared: writeKeysPattern(COPY_REPORTS.absent, COPY_REPORTS.unread),
} as const;

/** Patterns over the lines of the exchange: audit events, and what it says of issuers' keys. */
export const PATTERNS = {
  Denied: DENIED,
  Failed: writeFailedPattern(Object.keys({ ...FAULTS, ...JOB_FAULTS }) as Code[]),
  UpstreamThrottled: UPSTREAM_THROTTLED,
  RateLimited: RATE_LIMITED,
  AuditUnavailable: writeFaultPattern('audit_unavailable'),
  IdentitiesUnavailable: writeFaultPattern('identities_unavailable'),
  IssuerKeysNotTaken: writeKeysPattern(NOT_TAKEN),
  ...COPY_PATTERNS,
} as const;
type Metric = keyof typeof PATTERNS;

/** The member of the event by which a metric is split. Each value becomes a metric of its own, so only closed lists. */
const SPLIT: { readonly [metric in Metric]?: string } = { Denied: 'reason', Failed: 'code' };

type FilterOptions = {
  /** The member whose values split the metric. */
  readonly by?: string | undefined;
  /** Left out: the exchange's. */
  readonly logGroup?: string;
};

/** Creates the count of lines of a log, by the value of one of their members if one is named. */
export function createMetricFilter(
  MetricName: string,
  FilterPattern: string,
  { by, logGroup = 'ExchangeLogGroup' }: FilterOptions = {},
): Resource {
  return {
    Type: 'AWS::Logs::MetricFilter',
    Properties: {
      LogGroupName: refer(logGroup),
      FilterPattern,
      MetricTransformations: [
        {
          MetricNamespace: NAMESPACE,
          MetricName,
          MetricValue: '1',
          ...(by === undefined ? {} : { Dimensions: [{ Key: by, Value: `$.${by}` }] }),
        },
      ],
    },
  };
}

type WatchedMetric = {
  readonly says: string;
  readonly namespace: unknown;
  readonly metric: string;
  readonly dimensions?: { readonly [name: string]: unknown };
  readonly statistic?: object;
  readonly threshold: number;
  /** How many times five minutes. */
  readonly periods?: number;
  /** Properties of the alarm in the place of the usual ones. */
  readonly instead?: object;
};

function createAlarm(watched: WatchedMetric, topic: string | undefined): Resource {
  const { says, namespace, metric, dimensions = {}, statistic, threshold, periods = 1, instead } = watched;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription: substitute(`kite-sts \${AWS::StackName}: ${says}`),
      Namespace: namespace,
      MetricName: metric,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      ...(statistic ?? { Statistic: 'Sum' }),
      Period: FIVE_MINUTES,
      EvaluationPeriods: periods,
      Threshold: threshold,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      ...instead,
      ...(topic === undefined ? {} : { AlarmActions: [topic], OKActions: [topic] }),
    },
  };
}

/** Creates an alarm for each of these. */
export function watchEach(watched: WatchedMetrics, topic: string | undefined): Resources {
  return Object.fromEntries(
    Object.entries(watched).map(([id, each]) => [`${id}Alarm`, createAlarm(each, topic)]),
  );
}

function writePascalCase(name: string): string {
  return name.replace(/(^|_)(.)/g, (_, __, letter: string) => letter.toUpperCase());
}

export function watchCount(metric: string, says: string, threshold: number, dimensions = {}): WatchedMetric {
  return { says, namespace: NAMESPACE, metric, dimensions, threshold };
}

export function watchFunction(name: string, metric: 'Errors' | 'Invocations' | 'Throttles'): WatchedMetric {
  return {
    says: `${metric.toLowerCase()} of the function ${name}`,
    namespace: 'AWS/Lambda',
    metric,
    dimensions: { FunctionName: refer(`${name}LambdaFunction`) },
    threshold: 1,
  };
}

type WatchedMetrics = { readonly [id: string]: WatchedMetric };
type Thresholds = { readonly [name: string]: number };

/** Watches that a function runs at all: `says` what it did not do in so many seconds. */
export function watchMissed(name: string, says: string, Period: number): WatchedMetric {
  // A function that nobody calls has no metric at all.
  const instead = { Period, ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' };
  return { ...watchFunction(name, 'Invocations'), says, instead };
}

/** Watches exchanges that are denied for each of these reasons, or fail with each of these codes, from so many within five minutes. */
export function watchSplit(metric: 'Denied' | 'Failed', thresholds: Thresholds): WatchedMetrics {
  const by = metric === 'Denied' ? 'reason' : 'code';
  return Object.fromEntries(
    Object.entries(thresholds).map(([value, threshold]) => [
      `${metric}${writePascalCase(value)}`,
      watchCount(metric, `exchanges ${metric.toLowerCase()}: ${value}`, threshold, { [by]: value }),
    ]),
  );
}

/** How many lines within five minutes are worth a look, and what they say. */
const COUNTS: { readonly [metric in Metric]?: readonly [says: string, threshold: number] } = {
  UpstreamThrottled: ['a provider throttles us', 1],
  // One is a burst that the caller's next attempt mends; more is a pipeline that loops, or a limit that is too low.
  RateLimited: ['exchanges over a limit', 20],
  AuditUnavailable: ['audit events did not arrive where they must', 1],
  // Sessions are given all the same, but tools that first ask whose session theirs is stop there.
  IdentitiesUnavailable: ['whose sessions were given is not remembered', 1],
  // Kept keys still serve for a while, so this comes before anybody is refused.
  IssuerKeysNotTaken: ["an issuer's keys could not be refreshed", 3],
  // The issuer is asked instead, so nobody is refused; but somebody else may have written what is there.
  IssuerKeysUnproven: ["a shared set of an issuer's keys has no proof of ours", 1],
  IssuerKeysNotShared: ["a shared set of an issuer's keys is not there", 1],
};

function listWatched(): WatchedMetrics {
  const api = { namespace: 'AWS/ApiGateway', dimensions: { ApiId: refer('HttpApi') } };
  return {
    ...watchSplit('Denied', DENIALS),
    ...watchSplit('Failed', FAULTS),
    ...Object.fromEntries(
      Object.entries(COUNTS).map(([metric, [says, threshold]]) => [
        metric,
        watchCount(metric, says, threshold),
      ]),
    ),
    ExchangeErrors: watchFunction('Exchange', 'Errors'),
    ExchangeThrottles: watchFunction('Exchange', 'Throttles'),
    DiscoveryErrors: watchFunction('Discovery', 'Errors'),
    DiscoveryThrottles: watchFunction('Discovery', 'Throttles'),
    ApiErrors: { ...api, metric: '5xx', says: 'answers of 5xx', threshold: 5 },
    ApiLatency: {
      ...api,
      metric: 'Latency',
      says: 'one answer in a hundred takes 3 s or more',
      // A percentile of a handful of requests is one slow request.
      statistic: { ExtendedStatistic: 'p99', EvaluateLowSampleCountPercentile: 'ignore' },
      threshold: 3000,
      periods: 3,
    },
  };
}

/** Creates what counts and watches, each with an alarm that tells the topic, if there is one, when it begins and when it ends. */
export function createAlarms(alarm: DeployOptions['alarms']): Resources {
  return {
    ...Object.fromEntries(
      (Object.keys(PATTERNS) as Metric[]).map(metric => [
        `${metric}Filter`,
        createMetricFilter(metric, PATTERNS[metric], { by: SPLIT[metric] }),
      ]),
    ),
    ...watchEach(listWatched(), alarm.snsTopicArn),
  };
}
