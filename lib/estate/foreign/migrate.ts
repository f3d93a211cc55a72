import { listNotes, writeImportedRole } from '../../review/author/import/imported.ts';
import type { AwsRole } from '../aws/dump.ts';
import {
  compareDanger,
  findWorst,
  listAdmitted,
  type MigratedRole,
  type MigrationSetting,
  proposeRole,
} from '../aws/migrate.ts';
import { describeExposure } from '../exposure.ts';
import { createRoleNames } from '../name.ts';
import type { ForeignTrust } from './trust.ts';

/** What stands in a report where an AWS role would: the trust by its own name, of which nothing more is known. */
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

function writeForeignRole(trust: ForeignTrust): string {
  const text = writeImportedRole(trust.made);
  const described = text.replace(
    /^trust:/m,
    `description: ${JSON.stringify(`Takes the place of ${trust.source}`)}\n\ntrust:`,
  );
  const [[key, value] = []] = Object.entries(trust.provider ?? {});
  return key === undefined ? described : `${described.trimEnd()}\n\n${key}: ${JSON.stringify(value)}\n`;
}

const NO_PROVIDER = 'What it gives is not in the dump: add a provider to the role.';

function proposeForeignRole(trust: ForeignTrust, name: string, setting: MigrationSetting) {
  const { made, provider, direct } = trust;
  const lost = listNotes(made)
    .filter(each => !each.exact)
    .map(each => each.says);
  if (!made.trust.some(each => each.draft)) return { proposed: undefined, notes: lost };
  if (!provider && !made.github) return { proposed: undefined, notes: [...lost, NO_PROVIDER] };
  const { proposed, notes } = proposeRole(name, writeForeignRole(trust), [direct], setting);
  return { proposed, notes: [...lost, ...notes] };
}

function migrateTrust(trust: ForeignTrust, name: string, setting: MigrationSetting): MigratedRole {
  const exposures = [describeExposure(trust.direct)];
  const { proposed, notes } = proposeForeignRole(trust, name, setting);
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

/** What becomes of each trust of other clouds and services, the worst first. */
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
