import type { Role } from '../../policy/role.ts';
import { checkFederatedTarget, createFederatedPolicy, listFederatedRequests } from './federated.ts';
import { checkTarget, createTrustPolicy, type TargetFinding } from './findings.ts';
import { listTargetRequests } from './request.ts';
import type { TargetRole } from './trust.ts';

/** The target of one role, and what is wrong with it. */
export type CheckedTarget = {
  readonly role: string;
  readonly arn: string;
  /** The longest session that the role gives. */
  readonly seconds: number;
  readonly findings: readonly TargetFinding[];
  /** The trust policy that it should have. */
  readonly trustPolicy: object;
};

/** Whom targets are meant to trust: the broker's role, the broker as an issuer, and others that may stand there. */
export type Trustees = { readonly broker: string; readonly url: string; readonly also: readonly string[] };

/** The ARNs of all targets in AWS, each once. */
export function listTargets(roles: readonly Role[]): string[] {
  return [...new Set([...listTargetRequests(roles), ...listFederatedRequests(roles)].map(each => each.arn))];
}

/** Holds each `aws` role against its target. Pure: what AWS shows of the targets is handed in, by ARN. */
export function checkAllTargets(
  roles: readonly Role[],
  targets: ReadonlyMap<string, TargetRole>,
  trustees: Trustees,
): CheckedTarget[] {
  const { broker, url, also } = trustees;
  const assumed = listTargetRequests(roles);
  const federated = listFederatedRequests(roles);
  return [
    ...assumed.map(asked => {
      const sharing = assumed.filter(each => each.arn === asked.arn);
      const externalIds = [...new Set(sharing.map(each => each.externalId))].sort();
      const trusted = { broker, also, externalIds };
      return {
        ...asked,
        findings: checkTarget(asked, targets.get(asked.arn), trusted),
        trustPolicy: createTrustPolicy(sharing, trusted),
      };
    }),
    ...federated.map(asked => {
      const sharing = federated.filter(each => each.arn === asked.arn);
      const trusted = { url, also, subjects: [...new Set(sharing.map(each => each.subject))].sort() };
      return {
        ...asked,
        findings: checkFederatedTarget(asked, targets.get(asked.arn), trusted),
        trustPolicy: createFederatedPolicy(sharing, trusted),
      };
    }),
  ];
}
