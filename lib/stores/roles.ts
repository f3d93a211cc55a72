import { createHash } from 'node:crypto';
import { ENGINE } from '../policy/decide.ts';
import { nearest } from '../policy/nearest.ts';
import type { Role } from '../policy/role.ts';
import type { IssuerRow } from '../token/issuer.ts';

/** A role as it was when the exchange began, with the digest that goes into the audit event. */
export type RoleSnapshot = { readonly role: Role; readonly digest: string };

export type RoleStore = {
  find(name: string): RoleSnapshot | undefined;
  /** The name that a mistyped one most likely meant. */
  near(name: string): string | undefined;
  readonly size: number;
};

/** JSON with the keys of every object in order, so that equal values have equal texts. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

/** SHA-256, in hex, over the compiled role, the issuer rows that it uses, and the engine's version. */
export const roleDigest = (role: Role, rows: ReadonlyMap<string, IssuerRow>): string => {
  const used = Object.keys(role.issuers).map(issuer => rows.get(issuer));
  return createHash('sha256')
    .update(canonical([ENGINE, role, used]))
    .digest('hex');
};

/** The roles of one reviewed configuration: nothing is added or changed while it serves. */
export const fixedRoles = (roles: readonly Role[], rows: ReadonlyMap<string, IssuerRow>): RoleStore => {
  const snapshots = new Map(roles.map(role => [role.name, { role, digest: roleDigest(role, rows) }]));
  return {
    find: name => snapshots.get(name),
    near: name => nearest(name, snapshots.keys()),
    size: snapshots.size,
  };
};
