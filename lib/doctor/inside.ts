import { type Diagnosis, lookSafely } from './diagnosis.ts';
import { examineAlarms } from './inside/alarms.ts';
import { examineApps } from './inside/apps.ts';
import type { Deployment, ExamineInside } from './inside/examined.ts';
import { examineFunctions } from './inside/functions.ts';
import { examineKmsKeys } from './inside/keys.ts';
import { examineSealedKeys } from './inside/sealed.ts';
import { openStack } from './inside/stack.ts';
import { examineTables } from './inside/tables.ts';
import { examineTargets } from './inside/targets.ts';

/** The looks of whoever operates the broker, in this order. To add a look is to add a row. */
const EXAMINATIONS_INSIDE: readonly ExamineInside[] = [
  examineFunctions,
  examineTables,
  examineAlarms,
  examineKmsKeys,
  examineSealedKeys,
  examineApps,
  examineTargets,
];

/** Looks at a deployment with what its account lets the operator read. What it may not read it says. */
export async function examineInside(deployment: Deployment): Promise<readonly Diagnosis[]> {
  const { opened, diagnosis } = await openStack(deployment);
  if (!opened) return [diagnosis];
  const found = await Promise.all(
    EXAMINATIONS_INSIDE.map(examine => lookSafely(examine.name, () => examine(opened))),
  );
  return [diagnosis, ...found.flat()];
}
