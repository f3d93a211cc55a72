import type { Role } from '../../policy/role.ts';
import { changes, type RoleChange } from '../compare/change.ts';
import type { Held } from './held.ts';
import { askedOf } from './sample.ts';

/** What an edited role newly admits and gives, and what no longer; undefined where nothing is decided otherwise. */
export function changeTo(edited: Role, held: Held, now: number): RoleChange | undefined {
  const { rows } = held;
  const before = held.roles.filter(({ name }) => name === edited.name);
  return changes({ roles: before, rows }, { roles: [edited], rows }, askedOf(held, now))[0];
}
