import { addNulls, type Claims } from './claims.ts';
import { type Condition, checkCondition } from './condition.ts';

type Guard = { readonly require: readonly Condition[]; readonly nullable: readonly string[] };

/** A fleet-wide guard (`require` of an issuer row): every condition must be true before any role is looked at. */
export function meetsGuard(guard: Guard, claims: Claims): boolean {
  const known = addNulls(claims, guard.nullable);
  return guard.require.every(condition => checkCondition(condition, known, undefined).truth === 'true');
}
