import type { Role } from '../../policy/role.ts';
import { compareRoles, type RoleChange } from '../compare/change.ts';
import type { PageData } from './held.ts';
import { createSearchOptions } from './sample.ts';

/**
 * Compares an edited role with its file: what it newly admits and gives, and what no longer; undefined where nothing
 * is decided otherwise.
 */
export function compareEdited(edited: Role, held: PageData, now: number): RoleChange | undefined {
  const { rows } = held;
  const before = held.roles.filter(({ name }) => name === edited.name);
  return compareRoles({ roles: before, rows }, { roles: [edited], rows }, createSearchOptions(held, now))[0];
}
