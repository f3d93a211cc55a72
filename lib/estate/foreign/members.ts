import type { ClaimValue } from '../../policy/claims.ts';

/** A mapping of a dump. */
export type DumpMembers = { readonly [name: string]: ClaimValue };

export function isForeignObject(value: ClaimValue | undefined): value is DumpMembers {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A member where it is text. */
export function readForeignText(members: DumpMembers, name: string): string | undefined {
  const value = members[name];
  return typeof value === 'string' ? value : undefined;
}

/** The mappings of a member that is a list. */
export function listMembers(members: DumpMembers, name: string): readonly DumpMembers[] {
  const value = members[name];
  return Array.isArray(value) ? value.filter(isForeignObject) : [];
}
