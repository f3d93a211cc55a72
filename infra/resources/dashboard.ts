import { MAX_MEASURED_ROLES, NAMESPACE as MEASURED } from '../../lib/audit/metrics.ts';
import type { Config } from '../../lib/config/load.ts';
import { DOORS } from '../../lib/serve.ts';
import { type Resources, substitute } from '../cloudformation.ts';

/** As a dashboard has them: namespace, metric, then each dimension and its value. */
type Line = readonly string[];
type Graph = { readonly title: string; readonly lines: readonly Line[]; readonly stat?: string };

const ALARM = 'AWS::CloudWatch::Alarm';
/** By its name and not by `.Arn`, which stand-ins of CloudFormation do not know of an alarm. */
const ALARM_ARN = 'arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:';
const PROTOCOLS = [...new Set(Object.values(DOORS).map(each => each.name))];
const OUTCOMES = ['issued', 'denied', 'failed'];
const STEPS = ['Authenticate', 'Decide', 'Spend', 'Issue'];
/** Of roles that ask about the job. */
const JOB_STEP = 'Job';

/** Writes a value of a template as text for `Fn::Sub`. */
function writeTemplateText(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Sub': text } = value as { readonly Ref?: string; readonly 'Fn::Sub'?: string };
  return text ?? `\${${Ref}}`;
}

type AlarmProperties = {
  readonly Namespace: unknown;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
};

/** Lists a line for each thing that an alarm watches. */
function listWatchedLines(resources: Resources): Line[] {
  return Object.values(resources)
    .filter(each => each.Type === ALARM)
    .map(each => {
      const { Namespace, MetricName, Dimensions } = each.Properties as AlarmProperties;
      const by = Dimensions.flatMap(({ Name, Value }) => [Name, writeTemplateText(Value)]);
      return [writeTemplateText(Namespace), MetricName, ...by];
    });
}

function listMeasuredLines(metric: string, by: string, values: readonly string[], outcome: string): Line[] {
  return values.map(value => [MEASURED, metric, by, value, 'outcome', outcome]);
}

function createRoleGraphs(roles: Config['roles']): Graph[] {
  if (roles.length > MAX_MEASURED_ROLES) return [];
  const names = roles.map(each => each.name);
  return ['issued', 'denied'].map(outcome => ({
    title: `Exchanges ${outcome}, by role`,
    lines: listMeasuredLines('Exchanges', 'role', names, outcome),
  }));
}

function listApiLines(...metrics: readonly string[]): Line[] {
  return metrics.map(metric => ['AWS/ApiGateway', metric, 'ApiId', '${HttpApi}']);
}

const API_GRAPHS: readonly Graph[] = [
  { title: 'Answers of the API', lines: listApiLines('Count', '4xx', '5xx') },
  {
    title: 'Milliseconds of the API: one in a hundred takes longer',
    lines: listApiLines('Latency'),
    stat: 'p99',
  },
];

function createGraphs(resources: Resources, roles: Config['roles']): Graph[] {
  const watched = listWatchedLines(resources);
  const pickLines = (...metrics: readonly string[]): Line[] =>
    watched.filter(([, metric = '']) => metrics.includes(metric));
  const listFunctionLines = (instead: string): Line[] =>
    pickLines('Errors').map(([namespace = '', , ...by]) => [namespace, instead, ...by]);
  const split = pickLines('Denied', 'Failed');
  const steps = [...STEPS, ...(Object.hasOwn(resources, 'JobTable') ? [JOB_STEP] : [])];
  const ours = watched.filter(line => line[0]?.startsWith(`${MEASURED}/`) && !split.includes(line));
  return [
    {
      title: 'Exchanges, by outcome and door',
      lines: OUTCOMES.flatMap(outcome => listMeasuredLines('Exchanges', 'protocol', PROTOCOLS, outcome)),
    },
    {
      title: 'Where the time goes: one in a hundred takes longer',
      lines: steps.flatMap(step => listMeasuredLines(step, 'protocol', PROTOCOLS, 'issued')),
      stat: 'p99',
    },
    { title: 'Denials, by reason', lines: pickLines('Denied') },
    { title: 'Failures of ours, by code', lines: pickLines('Failed') },
    { title: 'Limits, throttling, keys', lines: ours },
    ...createRoleGraphs(roles),
    ...API_GRAPHS,
    { title: 'Errors and throttles of the functions', lines: pickLines('Errors', 'Throttles') },
    { title: 'Milliseconds of the functions', lines: listFunctionLines('Duration'), stat: 'p99' },
    { title: 'Functions at once', lines: listFunctionLines('ConcurrentExecutions'), stat: 'Maximum' },
  ];
}

function createWidget(graph: Graph): object {
  const { title, lines, stat = 'Sum' } = graph;
  return {
    type: 'metric',
    width: 12,
    height: 6,
    properties: { title, region: '${AWS::Region}', view: 'timeSeries', period: 300, stat, metrics: lines },
  };
}

function createAlarmWidget(resources: Resources): object {
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
 * Creates one page of what this template watches and counts.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function createDashboard(resources: Resources, config: Pick<Config, 'roles'>): Resources {
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        // Dashboards are one list for all regions of an account.
        DashboardName: substitute('${AWS::StackName}-${AWS::Region}'),
        DashboardBody: substitute(
          JSON.stringify({
            widgets: [
              createAlarmWidget(resources),
              ...createGraphs(resources, config.roles).map(createWidget),
            ],
          }),
        ),
      },
    },
  };
}
