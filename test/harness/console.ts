import type { ConsoleData } from '../../lib/config/console.ts';
import type { Role } from '../../lib/policy/role.ts';
import { openData, type PageData } from '../../lib/review/console/held.ts';
import { ROLES } from './local.ts';
import { AUDIENCE, ISSUERS, rowsFrom } from './policy.ts';

/** The data of a page whose roles are these texts. */
export function dataOf(
  changes: Partial<ConsoleData> = {},
  roles: { readonly [name: string]: string } = ROLES,
): ConsoleData {
  return {
    url: AUDIENCE,
    audience: AUDIENCE,
    session: { seconds: undefined, maxSeconds: undefined },
    rows: [...rowsFrom(ISSUERS).values()],
    endpoints: [],
    apps: [],
    people: [],
    cases: [],
    broker: {
      tree: { kind: 'map', entries: [], place: { file: 'broker.yml', line: 1, column: 1 } },
      comments: '',
    },
    roles: Object.entries(roles).map(([name, text]) => ({ name, text })),
    ...changes,
  };
}

/** What a page holds whose roles are these texts. */
export function heldOf(
  changes: Partial<ConsoleData> = {},
  roles: { readonly [name: string]: string } = ROLES,
): PageData {
  return openData(dataOf(changes, roles));
}

/** A role that is held. */
export function roleIn({ roles }: PageData, name: string): Role {
  const role = roles.find(each => each.name === name);
  if (!role) throw new Error(`${name} is not held.`);
  return role;
}
