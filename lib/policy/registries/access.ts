import { findMissingAccess } from '../method.ts';
import { isBelow } from '../path.ts';
import type { Registry } from '../registry.ts';
import type { Access } from './grammar.ts';
import { isRepository, OCI_ROOT } from './oci.ts';

/** The HTTP methods of each action of the Distribution specification; one of them is enough for the action to be of use. */
const METHODS: { readonly [action: string]: readonly string[] } = {
  pull: ['GET', 'HEAD'],
  push: ['POST', 'PUT', 'PATCH'],
  delete: ['DELETE'],
};

function isWithinRepository(registry: Registry, access: Access): boolean {
  const { type, name } = access;
  if (type === 'registry') return name === 'catalog' && registry.path === OCI_ROOT;
  return isRepository(name) && isBelow(`${OCI_ROOT}/${name}`, registry.path);
}

function canUseAny(registry: Registry, scopes: readonly string[], methods: readonly string[]): boolean {
  return methods.some(method => !findMissingAccess(registry, scopes, [method]));
}

/** The actions, with `*` in the place of all there are. */
function listWishedActions(access: Access): readonly string[] {
  return access.type === 'repository' && access.actions.includes('*')
    ? Object.keys(METHODS)
    : [...new Set(access.actions)];
}

/**
 * Grants what of these wishes the scopes reach and the registry holds, in their order. Less than was asked for is no
 * error by the Distribution specification: the registry refuses what is not there when it is used.
 */
export function grantAccess(
  registry: Registry,
  scopes: readonly string[],
  wishes: readonly Access[],
): readonly Access[] {
  return wishes
    .filter(wish => isWithinRepository(registry, wish))
    .map(wish => {
      const may = (action: string): boolean =>
        wish.type === 'registry'
          ? action === '*' && canUseAny(registry, scopes, ['GET'])
          : Object.hasOwn(METHODS, action) && canUseAny(registry, scopes, METHODS[action] ?? []);
      return { ...wish, actions: listWishedActions(wish).filter(may) };
    })
    .filter(({ actions }) => actions.length > 0);
}

/** Is all that an operation needs among what was granted? */
export function isAccessCovered(granted: readonly Access[], needed: readonly Access[]): boolean {
  return needed.every(({ type, name, actions }) =>
    actions.every(action =>
      granted.some(each => each.type === type && each.name === name && each.actions.includes(action)),
    ),
  );
}
