import { describe, expect, test } from 'vitest';
import { DENIALS, FAULTS } from '../../../infra/resources/thresholds.ts';
import { MAX_MEASURED_ROLES } from '../../../lib/audit/metrics.ts';
import { arnOf, propertiesOf, resourcesFor } from '../../harness/deploy.ts';
import { issuersWithEvents } from '../../harness/job-events.ts';
import { rowsFrom } from '../../harness/policy.ts';

type Asked = NonNullable<Parameters<typeof resourcesFor>[0]>;
type Widget = {
  readonly type: string;
  readonly properties: { readonly title: string; readonly alarms?: string[]; readonly metrics?: string[][] };
};

function widgetsOf(asked: Asked = {}): readonly Widget[] {
  const { DashboardBody: body } = propertiesOf(resourcesFor(asked), 'Dashboard');
  return JSON.parse((body as { 'Fn::Sub': string })['Fn::Sub']).widgets;
}

/** `namespace metric dimension,…` of a line. */
function metricOf([namespace, metric, ...by]: readonly string[]): string {
  return [namespace, metric, by.filter((_, index) => index % 2 === 0).join()].join(' ').trim();
}

type Filter = {
  readonly MetricTransformations: readonly {
    readonly MetricNamespace: { readonly 'Fn::Sub': string };
    readonly MetricName: string;
    readonly Dimensions?: readonly { readonly Key: string }[];
  }[];
};

function counted(asked: Asked): string[] {
  return Object.values(resourcesFor(asked))
    .filter(({ Type }) => Type === 'AWS::Logs::MetricFilter')
    .flatMap(({ Properties }) => (Properties as Filter).MetricTransformations)
    .map(({ MetricNamespace, MetricName, Dimensions = [] }) =>
      [MetricNamespace['Fn::Sub'], MetricName, Dimensions.map(({ Key }) => Key).join()].join(' ').trim(),
    );
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html, https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
const OF_AWS = [
  ...['Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'].map(
    metric => `AWS/Lambda ${metric} FunctionName`,
  ),
  ...['Count', '4xx', '5xx', 'Latency'].map(metric => `AWS/ApiGateway ${metric} ApiId`),
];

/** docs/reference/audit.md has these, and the test of metrics.ts holds the lines against it. */
const MEASURED = [
  'kite-sts Exchanges protocol,outcome',
  'kite-sts Exchanges role,outcome',
  ...['Authenticate', 'Decide', 'Job', 'Spend', 'Issue'].map(step => `kite-sts ${step} protocol,outcome`),
];

const EVERYTHING: Asked = { options: { signing: 'sealed' } };
function linesOf(asked: Asked): string[][] {
  return widgetsOf(asked).flatMap(({ properties }) => properties.metrics ?? []);
}

describe.each([
  { name: 'with nothing asked for', asked: {} },
  { name: 'with sealed keys', asked: EVERYTHING },
  { name: 'with events', asked: { ground: { rows: rowsFrom(issuersWithEvents()) } } },
])('$name', ({ asked }) => {
  test('every line is of a metric that is counted, measured or AWS’s own', () => {
    const known = [...counted(asked), ...MEASURED, ...OF_AWS];
    expect(
      linesOf(asked)
        .map(metricOf)
        .filter(metric => !known.includes(metric)),
    ).toEqual([]);
  });

  test('everything that is counted has a line', () => {
    const shown = new Set(linesOf(asked).map(metricOf));
    expect(counted(asked).filter(metric => !shown.has(metric))).toEqual([]);
  });

  test('every alarm is among the alarms, and no widget is empty', () => {
    const alarms = Object.entries(resourcesFor(asked))
      .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
      .map(([id]) => `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:\${${id}}`);
    const [first, ...graphs] = widgetsOf(asked);
    expect(first?.properties.alarms).toEqual(alarms);
    expect(graphs.filter(({ properties }) => !properties.metrics?.length)).toEqual([]);
  });
});

test('each reason and each code has a line of its own', () => {
  const values = (metric: string): unknown[] =>
    linesOf({}).flatMap(([, name, , value]) => (name === metric ? [value] : []));
  expect(values('Denied')).toEqual(Object.keys(DENIALS));
  expect(values('Failed')).toEqual(Object.keys(FAULTS));
});

test('there are lines by role exactly while the metrics are told apart by role', () => {
  const rolesShown = (count: number): number => {
    const targets = Array.from({ length: count }, (_, index) => arnOf(`r${index}`));
    const lines = linesOf({ targets, jwt: false });
    return new Set(lines.filter(([, , by]) => by === 'role').map(([, , , role]) => role)).size;
  };
  expect([rolesShown(MAX_MEASURED_ROLES), rolesShown(MAX_MEASURED_ROLES + 1)]).toEqual([
    MAX_MEASURED_ROLES,
    0,
  ]);
});

test('two regions of one stack name have a dashboard each', () => {
  expect(propertiesOf(resourcesFor(), 'Dashboard')['DashboardName']).toEqual({
    'Fn::Sub': '${AWS::StackName}-${AWS::Region}',
  });
});

test('it can be left out', () => {
  expect(resourcesFor({ options: { dashboard: false } })).not.toHaveProperty('Dashboard');
});
