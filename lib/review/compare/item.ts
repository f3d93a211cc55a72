import type { Registry } from '../../policy/registry.ts';
import type { Role } from '../../policy/role.ts';

/** A role or a registry: what somebody can be given. */
export type PolicyItem = Role | Registry;
