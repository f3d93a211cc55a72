import { SUSPENDED } from '../../lib/audit/patterns.ts';
import type { Config } from '../../lib/config/load.ts';
import { DETAIL_TYPES } from '../../lib/events/event.ts';
import { EVENT_REFUSED_PATTERN } from '../../lib/lambda/fault.ts';
import type { EventSource } from '../../lib/policy/issuer.ts';
import { attribute, policy, type Resource, type Resources, ref } from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import {
  alarm,
  counted,
  filter,
  JOB_DENIALS,
  JOB_FAULTS,
  ofFunction,
  watchDenials,
  watchFaults,
} from './alarms.ts';
import { jobTable, listEventSources, noteJobs } from './jobs.ts';
import { logGroup } from './logs.ts';
import { rights, role, writeLogs } from './roles.ts';

const FUNCTION = 'EventsLambdaFunction';

/** On the bus that AWS named as the source, and for nothing but what is used; the function looks at all of it again. */
function listen({ source, account, organizationId }: EventSource): Resource {
  return {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventBusName: source,
      EventPattern: {
        source: [source],
        account: [account],
        'detail-type': DETAIL_TYPES,
        detail: { organization: { uuid: [organizationId] } },
      },
      Targets: [{ Id: 'Events', Arn: attribute(FUNCTION, 'Arn') }],
    },
  };
}

function allowRule(id: string): Resource {
  return {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      FunctionName: attribute(FUNCTION, 'Arn'),
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: attribute(id, 'Arn'),
    },
  };
}

function rules(sources: readonly EventSource[]): Resources {
  return Object.fromEntries(
    sources.flatMap((source, index) => {
      const id = `EventsRule${index + 1}`;
      return [
        [id, listen(source)],
        [`EventsPermission${index + 1}`, allowRule(id)],
      ];
    }),
  );
}

/** Seconds: an event that could not be noted is tried again for as long as Lambda takes. */
const TRIED_FOR = 6 * 60 * 60;

const EVENTS_REFUSED = 'EventsRefused';
const DEMANDS_SUSPENDED = 'DemandsSuspended';

const watched = {
  ...watchDenials(JOB_DENIALS),
  ...watchFaults(JOB_FAULTS),
  EventsErrors: ofFunction('Events', 'Errors'),
  EventsThrottles: ofFunction('Events', 'Throttles'),
  [EVENTS_REFUSED]: counted(EVENTS_REFUSED, 'events came that are not believed', 1),
  [DEMANDS_SUSPENDED]: counted(
    DEMANDS_SUSPENDED,
    'credentials are given although what a role demands of jobs is suspended',
    1,
  ),
};

/** What hears what Buildkite tells of jobs: its rights, its rules, where it notes it, and what tells when it does not. */
export function events(
  config: Pick<Config, 'rows'>,
  { logRetentionDays, alarms: { snsTopicArn } }: DeployOptions,
): Resources {
  return {
    ...jobTable(),
    EventsRole: role('events'),
    EventsRights: rights('EventsRole', 'Events', policy(writeLogs('EventsLogGroup'), noteJobs)),
    EventsLogGroup: logGroup(logRetentionDays),
    ...rules(listEventSources(config)),
    EventsAttempts: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: ref(FUNCTION),
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 2,
        MaximumEventAgeInSeconds: TRIED_FOR,
      },
    },
    [`${EVENTS_REFUSED}Filter`]: filter(EVENTS_REFUSED, EVENT_REFUSED_PATTERN, {
      logGroup: 'EventsLogGroup',
    }),
    [`${DEMANDS_SUSPENDED}Filter`]: filter(DEMANDS_SUSPENDED, SUSPENDED),
    ...Object.fromEntries(
      Object.entries(watched).map(([id, each]) => [`${id}Alarm`, alarm(each, snsTopicArn)]),
    ),
  };
}
