import type { ReadAccount } from '../../lib/aws/account.ts';
import { type Diagnosis, lookSafely } from '../../lib/doctor/diagnosis.ts';
import type { TemplateInput } from '../input.ts';
import { checkBuses } from './buses.ts';
import { checkConcurrency } from './concurrency.ts';
import { checkDomain } from './domain.ts';
import { identifyDeployer } from './identity.ts';
import type { PreflightLook } from './look.ts';
import { checkNames } from './names.ts';
import { checkRegion } from './region.ts';
import { checkRights } from './rights.ts';
import { findStanding } from './standing.ts';

/** The looks of a preflight, once it is known who deploys, in this order. To add a look is to add a row. */
export const LOOKS: readonly PreflightLook[] = [
  checkRegion,
  checkRights,
  checkNames,
  checkConcurrency,
  checkDomain,
  checkBuses,
];

/**
 * Looks before a deployment at what would make it fail in its midst. It only reads, and what it may not read it says:
 * that alone is never wrong.
 */
export async function runPreflight(input: TemplateInput, read: ReadAccount): Promise<readonly Diagnosis[]> {
  const { deployer, diagnosis: identity } = await identifyDeployer(read, input);
  if (!deployer) return [identity];
  const { standing, diagnosis: stack } = await findStanding(read, input.stack);
  const found: Diagnosis[] = [identity, stack];
  const flight = { input, read, deployer, standing };
  for (const look of LOOKS) found.push(...(await lookSafely(look.name, () => look(flight))));
  return found;
}
