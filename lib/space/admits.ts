import { assumeVerified } from '../policy/assume.ts';
import { type DenyReason, decide } from '../policy/decide.ts';
import { meets } from '../policy/guard.ts';
import type { Witness } from './witness.ts';
import type { Standing } from './world.ts';

/** Denied although its trust policy admits the caller: what was asked for, or what its claims became. */
const AFTER_TRUST: ReadonlySet<DenyReason> = new Set([
  'kind_differs',
  'scope_beyond_grant',
  'seconds_above_maximum',
  'seconds_below_minimum',
  'claim_not_usable',
  'session_policy_refused',
  'session_policy_too_large',
  'tag_too_long',
]);

/**
 * The statement by which the trust policy of a role admits this request, behind the fleet's guard; undefined when
 * it does not. `decide` alone says so.
 */
export const admittedBy = (standing: Standing | undefined, witness: Witness): string | undefined => {
  if (!standing || !meets(standing.row, witness.claims)) return undefined;
  const { role } = standing;
  const { issuer: iss, audience: aud, claims } = witness;
  const token = { ...assumeVerified({ iss, aud }, role), claims };
  const access = { role: role.name, scopes: undefined, seconds: undefined, kinds: undefined };
  const decision = decide(role, token, access, witness);
  return decision.allowed || AFTER_TRUST.has(decision.reason) ? decision.statement : undefined;
};
