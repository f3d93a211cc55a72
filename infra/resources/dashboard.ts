import { MAX_MEASURED_ROLES, NAMESPACE as MEASURED } from '../../lib/audit/metrics.ts';
import type { Config } from '../../lib/config/load.ts';
import { DOORS } from '../../lib/serve.ts';
import { type Resources, sub } from '../cloudformation.ts';

/** As a dashboard has them: namespace, metric, then each dimension and its value. */
type Line = readonly string[];
type Graph = { readonly title: string; readonly lines: readonly Line[]; readonly stat?: string };

const ALARM = 'AWS::CloudWatch::Alarm';
/** By its name and not by `.Arn`, which stand-ins of CloudFormation do not know of an alarm. */
const ALARM_ARN = 'arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:';
const PROTOCOLS = [...new Set(Object.values(DOORS).map(({ name }) => name))];
const OUTCOMES = ['issued', 'denied', 'failed'];
const STEPS = ['Authenticate', 'Decide', 'Spend', 'Issue'];

/** A value of a template as text for `Fn::Sub`. */
function written(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Sub': text } = value as { readonly Ref?: string; readonly 'Fn::Sub'?: string };
  return text ?? `\${${Ref}}`;
}

type Watched = {
  readonly Namespace: unknown;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
};

/** What alarms watch is worth a line, and has one by itself. */
function watchedIn(resources: Resources): Line[] {
  return Object.values(resources)
    .filter(({ Type }) => Type === ALARM)
    .map(({ Properties }) => {
      const { Namespace, MetricName, Dimensions } = Properties as Watched;
      const by = Dimensions.flatMap(({ Name, Value }) => [Name, written(Value)]);
      return [written(Namespace), MetricName, ...by];
    });
}

function measured(metric: string, by: string, values: readonly string[], outcome: string): Line[] {
  return values.map(value => [MEASURED, metric, by, value, 'outcome', outcome]);
}

function byRole(roles: Config['roles']): Graph[] {
  if (roles.length > MAX_MEASURED_ROLES) return [];
  const names = roles.map(({ name }) => name);
  return ['issued', 'denied'].map(outcome => ({
    title: `Exchanges ${outcome}, by role`,
    lines: measured('Exchanges', 'role', names, outcome),
  }));
}

function ofApi(...metrics: readonly string[]): Line[] {
  return metrics.map(metric => ['AWS/ApiGateway', metric, 'ApiId', '${HttpApi}']);
}

function graphs(resources: Resources, roles: Config['roles']): Graph[] {
  const watched = watchedIn(resources);
  const those = (...metrics: readonly string[]): Line[] =>
    watched.filter(([, metric = '']) => metrics.includes(metric));
  const functions = (instead: string): Line[] =>
    those('Errors').map(([namespace = '', , ...by]) => [namespace, instead, ...by]);
  const split = those('Denied', 'Failed');
  const ours = watched.filter(line => line[0]?.startsWith(`${MEASURED}/`) && !split.includes(line));
  return [
    {
      title: 'Exchanges, by outcome and door',
      lines: OUTCOMES.flatMap(outcome => measured('Exchanges', 'protocol', PROTOCOLS, outcome)),
    },
    {
      title: 'Where the time goes: one in a hundred takes longer',
      lines: STEPS.flatMap(step => measured(step, 'protocol', PROTOCOLS, 'issued')),
      stat: 'p99',
    },
    { title: 'Denials, by reason', lines: those('Denied') },
    { title: 'Failures of ours, by code', lines: those('Failed') },
    { title: 'Limits, throttling, keys', lines: ours },
    ...byRole(roles),
    { title: 'Answers of the API', lines: ofApi('Count', '4xx', '5xx') },
    { title: 'Milliseconds of the API: one in a hundred takes longer', lines: ofApi('Latency'), stat: 'p99' },
    { title: 'Errors and throttles of the functions', lines: those('Errors', 'Throttles') },
    { title: 'Milliseconds of the functions', lines: functions('Duration'), stat: 'p99' },
    { title: 'Functions at once', lines: functions('ConcurrentExecutions'), stat: 'Maximum' },
  ];
}

function widget({ title, lines, stat = 'Sum' }: Graph): object {
  return {
    type: 'metric',
    width: 12,
    height: 6,
    properties: { title, region: '${AWS::Region}', view: 'timeSeries', period: 300, stat, metrics: lines },
  };
}

function alarmWidget(resources: Resources): object {
  return {
    type: 'alarm',
    width: 24,
    height: 5,
    properties: {
      title: 'Alarms',
      alarms: Object.keys(resources).flatMap(id =>
        resources[id]?.Type === ALARM ? [`${ALARM_ARN}\${${id}}`] : [],
      ),
    },
  };
}

/**
 * One page of what this template watches and counts.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function dashboard(resources: Resources, { roles }: Pick<Config, 'roles'>): Resources {
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        // Dashboards are one list for all regions of an account.
        DashboardName: sub('${AWS::StackName}-${AWS::Region}'),
        DashboardBody: sub(
          JSON.stringify({ widgets: [alarmWidget(resources), ...graphs(resources, roles).map(widget)] }),
        ),
      },
    },
  };
}
