import type { Role } from '../../../lib/policy/role.ts';
import type { GuardedPolicy } from '../../../lib/review/space/space.ts';
import type { IssuerRow } from '../../../lib/token/issuer.ts';
import { BUILDKITE, GITHUB, ISSUERS, NOW, roleFrom, rowsFrom, settingOf } from '../../harness/policy.ts';

export const ROWS = rowsFrom(ISSUERS);
export const ASKED = { findSample: () => ({}), from: NOW };

/** A role of AWS with this trust policy. */
export function role(yaml: string): Role {
  return roleFrom(`${yaml}aws: { role_arn: "arn:aws:iam::123456789012:role/deploy" }\n`, settingOf(ROWS));
}

export function standing(yaml: string): GuardedPolicy {
  return { role: role(yaml), row: ROWS.get(BUILDKITE) as IssuerRow };
}

export const MAIN = `trust: [{ iss: ${BUILDKITE}, organization_slug: acme, build_branch: main }]\n`;
export const BOTH = `trust:\n  - { iss: ${BUILDKITE}, organization_slug: acme }\n  - { iss: ${GITHUB}, repository: acme/web }\n`;
