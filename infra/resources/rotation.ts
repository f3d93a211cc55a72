import { NOT_SERVED } from '../../lib/keys/sealed.ts';
import { writeKeysPattern } from '../../lib/lambda/fault.ts';
import type { Resources } from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import { alarm, counted, filter, ofFunction } from './alarms.ts';
import { logGroup } from './logs.ts';
import { schedule } from './schedule.ts';

/** Lines of a function that has sealed keys and could not use one. */
export const NOT_USED = writeKeysPattern(NOT_SERVED);

const HOUR = 3600;

/** Keys are made two days ahead, so whoever is told has that long before any signature changes. */
const watched = {
  RotationErrors: ofFunction('Rotation', 'Errors'),
  RotationMissed: {
    ...ofFunction('Rotation', 'Invocations'),
    says: 'rotation did not run for three hours',
    instead: {
      Period: 3 * HOUR,
      ComparisonOperator: 'LessThanThreshold',
      // A function that nobody calls has no metric at all.
      TreatMissingData: 'breaching',
    },
  },
  SealedKeyNotUsed: counted('SealedKeyNotUsed', 'a sealed key could not be used', 1),
};

/** What runs the function that makes sealed keys, keeps its log, and tells when it does not. */
export function rotation({ logRetentionDays, alarms: { snsTopicArn } }: DeployOptions): Resources {
  return {
    // Often, since a run that finds its key made asks for next to nothing: the first is soon, and a failure is mended.
    ...schedule('Rotation', 'rate(1 hour)'),
    RotationLogGroup: logGroup(logRetentionDays),
    SealedKeyNotUsedFilter: filter('SealedKeyNotUsed', NOT_USED),
    ...Object.fromEntries(
      Object.entries(watched).map(([id, each]) => [`${id}Alarm`, alarm(each, snsTopicArn)]),
    ),
  };
}
