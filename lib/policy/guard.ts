import { type Claims, withNulls } from './claims.ts';
import { type Condition, check } from './condition.ts';

type Guard = { readonly require: readonly Condition[]; readonly nullable: readonly string[] };

/** A fleet-wide guard (`require` of an issuer row): every condition must be true before any role is looked at. */
export function meets({ require, nullable }: Guard, claims: Claims): boolean {
  const known = withNulls(claims, nullable);
  return require.every(condition => check(condition, known, undefined).truth === 'true');
}
