import { createHash } from 'node:crypto';
import { findNearest } from '../language/nearest.ts';
import { ENGINE } from '../policy/decide.ts';
import type { Role } from '../policy/role.ts';
import type { TrustPolicy } from '../policy/trust.ts';
import type { IssuerRow } from '../token/issuer.ts';

/** A role as it was when the exchange began, with the digest that goes into the audit event. */
export type RoleSnapshot = { readonly role: Role; readonly digest: string };

export type RoleStore = {
  /** By its name, or by the ARN of its target: an ARN that several roles share is that of none. */
  find(wanted: string): RoleSnapshot | undefined;
  /** The name that a mistyped one most likely meant. */
  findNear(name: string): string | undefined;
  readonly size: number;
};

/** JSON with the keys of every object in order, so that equal values have equal texts. */
function writeCanonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

/** SHA-256, in hex, over the compiled role or registry, the issuer rows that it uses, and the engine's version. */
export function digestPolicy<P extends TrustPolicy>(policy: P, rows: ReadonlyMap<string, IssuerRow>): string {
  const used = Object.keys(policy.issuers).map(issuer => rows.get(issuer));
  return createHash('sha256')
    .update(writeCanonical([ENGINE, policy, used]))
    .digest('hex');
}

/** The one role of each target ARN that no other role has. */
export function indexByTarget(roles: readonly Role[]): ReadonlyMap<string, Role> {
  const found = new Map<string, Role[]>();
  for (const role of roles) {
    if (role.template.kind !== 'aws') continue;
    const { role_arn: arn } = role.template;
    found.set(arn, [...(found.get(arn) ?? []), role]);
  }
  const alone = [...found].flatMap(([arn, [role, another]]) =>
    role && !another ? [[arn, role] as const] : [],
  );
  return new Map(alone);
}

/** The roles of one reviewed configuration: nothing is added or changed while it serves. */
export function createFixedRoles(roles: readonly Role[], rows: ReadonlyMap<string, IssuerRow>): RoleStore {
  const snapshots = new Map(roles.map(role => [role.name, { role, digest: digestPolicy(role, rows) }]));
  const targets = indexByTarget(roles);
  const sorted = [...snapshots.keys()].sort();
  return {
    find: wanted => snapshots.get(targets.get(wanted)?.name ?? wanted),
    findNear: name => findNearest(name, { size: sorted.length, at: place => sorted[place] ?? '' }),
    size: snapshots.size,
  };
}
