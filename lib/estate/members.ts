import { type Claims, isMapping } from '../policy/claims.ts';

/** A member of a mapping in a dump, where it is text. */
export function readTextMember(members: Claims, name: string): string | undefined {
  const value = members[name];
  return typeof value === 'string' ? value : undefined;
}

/** The mappings of a member that is a list. */
export function listMembers(members: Claims, name: string): readonly Claims[] {
  const value = members[name];
  return Array.isArray(value) ? value.filter(isMapping) : [];
}
