import { SUSPENDED } from '../../lib/audit/patterns.ts';
import type { Config } from '../../lib/config/load.ts';
import { DETAIL_TYPES } from '../../lib/events/event.ts';
import { EVENT_REFUSED_PATTERN } from '../../lib/lambda/fault.ts';
import type { EventSource } from '../../lib/policy/issuer.ts';
import { getAttribute, permitInvoke, type Resource, type Resources, refer } from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import { createMetricFilter, watchCount, watchEach, watchFunction, watchSplit } from './alarms.ts';
import { createJobTable, listEventSources, noteJobs } from './jobs.ts';
import { createLogGroup } from './logs.ts';
import { createFunctionRole } from './roles.ts';
import { JOB_DENIALS, JOB_FAULTS } from './thresholds.ts';

const FUNCTION = 'EventsLambdaFunction';

/** Creates a rule on the bus that AWS named as the source, and for nothing but what is used; the function looks at all of it again. */
function createEventRule(eventSource: EventSource): Resource {
  const { source, account, organizationId } = eventSource;
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
      Targets: [{ Id: 'Events', Arn: getAttribute(FUNCTION, 'Arn') }],
    },
  };
}

function createEventRules(sources: readonly EventSource[]): Resources {
  return Object.fromEntries(
    sources.flatMap((source, index) => {
      const id = `EventsRule${index + 1}`;
      return [
        [id, createEventRule(source)],
        [
          `EventsPermission${index + 1}`,
          permitInvoke(FUNCTION, 'events.amazonaws.com', getAttribute(id, 'Arn')),
        ],
      ];
    }),
  );
}

/** Seconds: an event that could not be noted is tried again for as long as Lambda takes. */
const TRIED_FOR = 6 * 60 * 60;

const EVENTS_REFUSED = 'EventsRefused';
const DEMANDS_SUSPENDED = 'DemandsSuspended';

const watched = {
  ...watchSplit('Denied', JOB_DENIALS),
  ...watchSplit('Failed', JOB_FAULTS),
  EventsErrors: watchFunction('Events', 'Errors'),
  EventsThrottles: watchFunction('Events', 'Throttles'),
  [EVENTS_REFUSED]: watchCount(EVENTS_REFUSED, 'events came that are not believed', 1),
  [DEMANDS_SUSPENDED]: watchCount(
    DEMANDS_SUSPENDED,
    'credentials are given although what a role demands of jobs is suspended',
    1,
  ),
};

/** Creates what hears Buildkite's events of jobs: its rights, its rules, where it notes it, and what tells when it does not. */
export function createEventResources(config: Pick<Config, 'rows'>, options: DeployOptions): Resources {
  const { logRetentionDays, alarms } = options;
  return {
    ...createJobTable(),
    ...createFunctionRole('events', noteJobs),
    EventsLogGroup: createLogGroup(logRetentionDays),
    ...createEventRules(listEventSources(config)),
    EventsAttempts: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: refer(FUNCTION),
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 2,
        MaximumEventAgeInSeconds: TRIED_FOR,
      },
    },
    [`${EVENTS_REFUSED}Filter`]: createMetricFilter(EVENTS_REFUSED, EVENT_REFUSED_PATTERN, {
      logGroup: 'EventsLogGroup',
    }),
    [`${DEMANDS_SUSPENDED}Filter`]: createMetricFilter(DEMANDS_SUSPENDED, SUSPENDED),
    ...watchEach(watched, alarms.snsTopicArn),
  };
}
