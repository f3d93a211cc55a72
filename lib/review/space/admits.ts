import { meetsGuard } from '../../policy/guard.ts';
import { weighTrust } from '../../policy/trust.ts';
import { assumeVerified } from '../assume.ts';
import { type GuardedPolicy, readShortestSession } from './space.ts';
import type { Witness } from './witness.ts';

/**
 * The statement by which a trust policy admits this request, behind the fleet's guard; undefined when it does not.
 * `weigh` alone says so, by which roles and registries are decided.
 */
export function findAdmitting(standing: GuardedPolicy | undefined, witness: Witness): string | undefined {
  if (!standing || standing.role.disabled !== undefined || !meetsGuard(standing.row, witness.claims))
    return undefined;
  const { role } = standing;
  const { issuer: iss, audience: aud, claims } = witness;
  const token = { ...assumeVerified({ iss, aud }, role), claims };
  return weighTrust(role, token, { context: witness, shortestSession: readShortestSession(role) }).winner?.id;
}
