import type { Config } from '../../lib/config/load.ts';
import { CLOCK_OFF_PATTERN } from '../../lib/token/clock.ts';
import type { Resources } from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import { createMetricFilter, watchCount, watchEach, watchFunction, watchMissed } from './alarms.ts';
import { createIssuerKeyTable, keepIssuerKeys } from './issuers.ts';
import { createLogGroup } from './logs.ts';
import { createFunctionRole } from './roles.ts';
import { createSchedule } from './schedule.ts';

/** Minutes. Below the five after which others would ask the issuers themselves (`SOFT_LIFETIME`), at 80 % of them (D04). */
export const REFRESHED_EVERY = 4;

const QUARTER = 15 * 60;

const CLOCK_OFF = 'ClockOff';

/** One run in which an issuer failed is its blip; what was kept serves on. */
const watched = {
  // One line for each run, which AWS or a majority of issuers vouches for.
  [CLOCK_OFF]: {
    ...watchCount(CLOCK_OFF, "our clock is more than 30 s off AWS's", 1),
    instead: { Period: QUARTER },
  },
  RefresherErrors: { ...watchFunction('Refresher', 'Errors'), threshold: 3, instead: { Period: QUARTER } },
  RefresherMissed: watchMissed(
    'Refresher',
    "issuers' keys were not asked for in a quarter of an hour",
    QUARTER,
  ),
};

/** Creates what asks the issuers for their keys for all others: what it may do, what runs it, and what tells when it does not. */
export function createRefresherResources(
  config: Pick<Config, 'registries'>,
  options: DeployOptions,
): Resources {
  const { logRetentionDays, alarms } = options;
  return {
    ...createIssuerKeyTable(['ExchangeRole', ...(config.registries.length > 0 ? ['AuthorizerRole'] : [])]),
    ...createFunctionRole('refresher', ...keepIssuerKeys),
    RefresherLogGroup: createLogGroup(logRetentionDays),
    [`${CLOCK_OFF}Filter`]: createMetricFilter(CLOCK_OFF, CLOCK_OFF_PATTERN, {
      logGroup: 'RefresherLogGroup',
    }),
    ...createSchedule('Refresher', `rate(${REFRESHED_EVERY} minutes)`),
    ...watchEach(watched, alarms.snsTopicArn),
  };
}
