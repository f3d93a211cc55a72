import { NOT_SERVED } from '../../lib/keys/sealed.ts';
import { writeKeysPattern } from '../../lib/lambda/fault.ts';
import type { Resources } from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import { createMetricFilter, watchCount, watchEach, watchFunction, watchMissed } from './alarms.ts';
import { createLogGroup } from './logs.ts';
import { createSchedule } from './schedule.ts';

/** Lines of a function that has sealed keys and could not use one. */
export const NOT_USED = writeKeysPattern(NOT_SERVED);

const HOUR = 3600;

/** Keys are made two days ahead, so whoever is told has that long before any signature changes. */
const watched = {
  RotationErrors: watchFunction('Rotation', 'Errors'),
  RotationMissed: watchMissed('Rotation', 'rotation did not run for three hours', 3 * HOUR),
  SealedKeyNotUsed: watchCount('SealedKeyNotUsed', 'a sealed key could not be used', 1),
};

/** Creates what runs the function that makes sealed keys, keeps its log, and tells when it does not. */
export function createRotationResources(options: DeployOptions): Resources {
  const { logRetentionDays, alarms } = options;
  return {
    // Often, since a run that finds its key made asks for next to nothing: the first is soon, and a failure is mended.
    ...createSchedule('Rotation', 'rate(1 hour)'),
    RotationLogGroup: createLogGroup(logRetentionDays),
    SealedKeyNotUsedFilter: createMetricFilter('SealedKeyNotUsed', NOT_USED),
    ...watchEach(watched, alarms.snsTopicArn),
  };
}
