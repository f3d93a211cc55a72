import { createTellers, type Diagnosis } from '../../lib/doctor/diagnosis.ts';
import type { PreflightInput } from './look.ts';

const CHECK = createTellers('region');

/** Looks whether all that AWS takes from the region of the stack alone is there. */
export async function checkRegion(flight: PreflightInput): Promise<readonly Diagnosis[]> {
  const {
    input: { options, stack },
  } = flight;
  const named = {
    'custom.kiteSts.domain.certificateArn': options.domain?.certificateArn,
    'custom.kiteSts.alarms.snsTopicArn': options.alarms.snsTopicArn,
    ...Object.fromEntries(
      Object.entries(options.appKeys).map(([app, arn]) => [`custom.kiteSts.appKeys.${app}`, arn]),
    ),
  };
  const away = Object.entries(named).flatMap(([path, arn]): Diagnosis[] =>
    arn === undefined || arn.split(':')[3] === stack.region
      ? []
      : [
          CHECK.wrong(
            path,
            `${arn} is in ${arn.split(':')[3]}, and the broker in ${stack.region}`,
            `Name one that is in ${stack.region}.`,
          ),
        ],
  );
  return away.length > 0 ? away : [CHECK.ok(stack.region, 'all that is named is in it')];
}
