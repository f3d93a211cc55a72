import { findSampleClaims } from '../../jobs/sample.ts';
import type { Role } from '../../policy/role.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { compareRoles } from '../compare/change.ts';
import type { ShownRequest } from '../compare/difference.ts';
import type { PolicyItem } from '../compare/item.ts';

const UNASKED = { audience: '', subject: '', pipelineIds: {}, claims: {} };

/** A registry as a role: whom it admits is decided alike, and nothing lives on after a request. */
export function convertToRole(policy: PolicyItem): Role {
  return 'methods' in policy
    ? {
        ...policy,
        session: { seconds: 0, min: 0, max: 0 },
        singleUse: false,
        disabled: undefined,
        template: { kind: 'jwt', ...UNASKED },
      }
    : // Whom a disabled role would admit is what its cases are about.
      { ...policy, disabled: undefined };
}

const DAY = 86_400;

/** Before every end that a statement has, so that what is found does not change with the day. */
export function findMomentBeforeEnds(policy: PolicyItem): number {
  const ends = [...policy.trust, ...policy.deny].flatMap(({ until }) => until ?? []);
  return ends.length === 0 ? 0 : Math.min(...ends) - DAY;
}

/** A request of which two policies think otherwise, for every token there can be; undefined when there is none. */
export function findDifferingRequest(
  policy: PolicyItem,
  other: PolicyItem,
  rows: ReadonlyMap<string, IssuerRow>,
): ShownRequest | undefined {
  const [before, after] = [policy, other].map(each => ({ roles: [convertToRole(each)], rows }));
  if (!before || !after) return undefined;
  const asked = { findSample: findSampleClaims, from: findMomentBeforeEnds(policy) };
  const found = compareRoles(before, after, asked).flatMap(({ gained, lost, scopesGained, scopesLost }) => [
    ...gained,
    ...lost,
    ...scopesGained,
    ...scopesLost,
  ]);
  const shown = found.map(each => each.shown);
  return shown.find(each => each !== 'undecided') ?? shown[0];
}
