import type { Grant } from '../../lib/policy/decide.ts';
import type { Target } from '../../lib/policy/targets.ts';
import type { GrantOf } from '../../lib/providers/provider.ts';
import { buildkiteClaims, decideFor, roleFrom } from './policy.ts';

/** A trust policy that the claims of the harness meet. */
export const TRUST = `
trust:
  - iss: https://agent.buildkite.com
    claims: { organization_slug: my-organization, build_branch: main }
`;

/** A grant, made where all grants are made: the role must be one that these claims get. */
export function grantFor<T extends Target>(
  yaml: string,
  changes: { readonly [claim: string]: unknown } = {},
): GrantOf<T> {
  const decision = decideFor(roleFrom(yaml), buildkiteClaims(changes));
  if (!decision.allowed) throw new Error(`denied: ${decision.reason}`);
  return decision.grant as Grant as GrantOf<T>;
}
