import type { AwsRole } from '../aws/dump.ts';
import { describeExposure } from '../exposure.ts';
import {
  compareDanger,
  findWorst,
  listAdmitted,
  type MigratedRole,
  type MigrationSetting,
  proposeRole,
} from '../migrated-role.ts';
import { createRoleNames } from '../name.ts';
import type { ForeignTrust } from './trust.ts';

/** Stands in a report where an AWS role would: the trust by its own name, of which nothing more is known. */
function describeTrust(trust: ForeignTrust): AwsRole {
  return {
    arn: trust.source,
    name: trust.name,
    path: '/',
    trust: undefined,
    tags: new Map(),
    rights: { known: false, managed: [], reach: 'other' },
  };
}

function migrateTrust(trust: ForeignTrust, name: string, setting: MigrationSetting): MigratedRole {
  const exposures = [describeExposure(trust.direct)];
  const { made, provider, source } = trust;
  const imported = { made, direct: [trust.direct], replaces: source, provider };
  const { proposed, notes } = proposeRole(imported, name, setting);
  return {
    aws: describeTrust(trust),
    account: trust.account,
    team: undefined,
    kinds: ['oidc'],
    exposures,
    danger: findWorst(exposures),
    proposed,
    notes,
    admits: proposed ? listAdmitted(proposed, exposures) : [],
    direct: 'open',
    deleteWhen: proposed
      ? `when ${proposed.name} is deployed and each of its jobs was seen in the audit events: then ${trust.thing} goes`
      : `when a role for its jobs was written by hand and is deployed: then ${trust.thing} goes`,
  };
}

/** Proposes what becomes of each trust of other clouds and services, the worst first. */
export function migrateForeign(trusts: readonly ForeignTrust[], setting: MigrationSetting): MigratedRole[] {
  const byName = new Map(trusts.map(trust => [trust.source, trust]));
  const names = createRoleNames(
    [...byName.values()].map(({ name, source }) => ({ name, source })),
    setting.digest,
  );
  return [...byName.values()]
    .map(trust => migrateTrust(trust, names.get(trust.source) ?? '', setting))
    .sort(compareDanger);
}
