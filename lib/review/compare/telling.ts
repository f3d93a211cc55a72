import { meetsGuard } from '../../policy/guard.ts';
import { findNearestStatement } from '../../policy/trace.ts';
import { weighTrust } from '../../policy/trust.ts';
import { assumeVerified } from '../assume.ts';
import { formatClaim } from '../explain/explain.ts';
import { type GuardedPolicy, readShortestSession } from '../space/space.ts';
import type { Witness } from '../space/witness.ts';

/**
 * Says what kept this request out of a role: the claims that stood in the way, the deny that struck, the guard
 * of its issuer. Undefined where there was no role, or where nothing did.
 */
export function describeObstacle(standing: GuardedPolicy | undefined, witness: Witness): string | undefined {
  if (!standing) return undefined;
  const { role, row } = standing;
  if (role.disabled !== undefined) return 'the role was disabled';
  if (!meetsGuard(row, witness.claims)) return 'the guard of its issuer kept it out';
  const { issuer: iss, audience: aud, claims } = witness;
  const token = { ...assumeVerified({ iss, aud }, role), claims };
  const weighed = weighTrust(role, token, { context: witness, shortestSession: readShortestSession(role) });
  if (weighed.winner) return undefined;
  if (weighed.reason === 'audience_differs') return `the audience ${JSON.stringify(aud)} was refused`;
  if (weighed.reason === 'explicitly_denied') return `the deny "${weighed.statement}" struck it`;
  const unmet = findNearestStatement(weighed.trace)?.conditions.filter(each => each.truth !== 'true') ?? [];
  const told = new Set(unmet.map(({ condition: { name }, actual }) => `${name}: ${formatClaim(actual)}`));
  return told.size === 0 ? `no statement spoke of ${iss}` : `${[...told].join(' with ')} was denied`;
}
