import { importAws } from '../../review/author/import/aws.ts';
import { isActionCovered, readAccountId } from '../../review/targets/request.ts';
import type { TrustStatement } from '../../review/targets/trust.ts';
import { type DirectTrust, readDirectTrusts } from '../direct.ts';
import { describeExposure } from '../exposure.ts';
import {
  compareDanger,
  type DirectState,
  findWorst,
  type ImportedTrust,
  listAdmitted,
  type MigratedRole,
  type MigrationSetting,
  type ProposedRole,
  proposeRole,
} from '../migrated-role.ts';
import { createRoleName, createRoleNames } from '../name.ts';
import type { AwsEstate, AwsRole } from './dump.ts';
import type { AccessKey } from './keys.ts';
import { type AwsRoleKind, listRoleKinds } from './kind.ts';

/** All of an estate: what is to move, the worst first, and what is not. */
export type Migration = {
  readonly accounts: readonly string[];
  readonly roles: readonly MigratedRole[];
  readonly others: readonly { readonly aws: AwsRole; readonly kinds: readonly AwsRoleKind[] }[];
  readonly keys: readonly AccessKey[];
  readonly users: number;
  readonly gaps: readonly string[];
  /** Seconds since the epoch. */
  readonly now: number;
};

function isWebEntrance(statement: TrustStatement): boolean {
  return isActionCovered(statement, 'sts:AssumeRoleWithWebIdentity');
}

/** By the tag, or by the first folder of the path, such as `ci` of `/ci/web/`. */
function findTeam(role: AwsRole, setting: MigrationSetting): string | undefined {
  const tag = [...role.tags].find(([key]) => key.toLowerCase() === setting.teamTag.toLowerCase())?.[1];
  return tag || role.path.split('/').find(each => each !== '') || undefined;
}

const DAY = 86_400;
/** Days without a use after which a role is one that nobody misses. IAM keeps 400 days. */
const UNUSED_DAYS = 90;

function countDaysSince(date: string, now: number): number {
  return Math.floor((now - Date.parse(date) / 1000) / DAY);
}

function describeDeletion(aws: AwsRole, proposed: ProposedRole | undefined, now: number): string {
  const isNew = aws.created !== undefined && countDaysSince(aws.created, now) <= UNUSED_DAYS;
  if (aws.lastUsed === null && !isNew)
    return 'now: IAM has not seen the role used in the 400 days that it remembers';
  if (aws.lastUsed && countDaysSince(aws.lastUsed, now) > UNUSED_DAYS)
    return `now: the role was last used on ${aws.lastUsed.slice(0, 10)}`;
  const watch = 'and CloudTrail has had no AssumeRoleWithWebIdentity of it for 30 days, though its jobs ran';
  return proposed
    ? `when ${proposed.name} is deployed, check-targets finds nothing wrong, ${watch}`
    : `when a role for its jobs was written by hand and is deployed, ${watch}`;
}

function findState(kinds: readonly AwsRoleKind[]): DirectState {
  if (!kinds.includes('oidc')) return 'gone';
  return kinds.includes('broker') ? 'beside the broker' : 'open';
}

function importTrust(aws: AwsRole, direct: readonly DirectTrust[]): ImportedTrust {
  const made = importAws({ arn: aws.arn, statements: (aws.trust ?? []).filter(isWebEntrance) });
  return { made, direct, replaces: `the direct trust of ${aws.arn}` };
}

function migrateRole(aws: AwsRole, name: string, setting: MigrationSetting): MigratedRole {
  const kinds = listRoleKinds(aws, setting);
  const trusts = readDirectTrusts((aws.trust ?? []).filter(isWebEntrance)).filter(
    each => each.issuer !== setting.url,
  );
  const exposures = trusts.map(describeExposure);
  const direct = findState(kinds);
  const { proposed, notes } =
    direct === 'gone'
      ? { proposed: undefined, notes: [] }
      : proposeRole(importTrust(aws, trusts), name, setting);
  return {
    aws,
    account: readAccountId(aws.arn),
    team: findTeam(aws, setting),
    kinds,
    exposures,
    danger: findWorst(exposures),
    proposed,
    notes,
    admits: proposed ? listAdmitted(proposed, exposures) : [],
    direct,
    deleteWhen: direct === 'gone' ? 'gone' : describeDeletion(aws, proposed, setting.now),
  };
}

const TO_MOVE: readonly AwsRoleKind[] = ['oidc', 'broker'];

/** Every role of an estate: those that jobs can have by a token with what becomes of each, and what the others are. */
export function migrate(estate: AwsEstate, setting: MigrationSetting): Migration {
  const all = estate.roles.map(aws => ({ aws, kinds: listRoleKinds(aws, setting) }));
  const moving = all.filter(each => each.kinds.some(kind => TO_MOVE.includes(kind)));
  const names = createRoleNames(
    moving.map(each => ({ name: each.aws.name, source: each.aws.arn })),
    setting.digest,
  );
  const roles = moving.map(({ aws }) =>
    migrateRole(aws, names.get(aws.arn) ?? createRoleName(aws.name, aws.arn, setting.digest), setting),
  );
  return {
    accounts: [...new Set([...estate.roles, ...estate.users].map(each => readAccountId(each.arn)))].sort(),
    roles: roles.sort(compareDanger),
    others: all.filter(each => !each.kinds.some(kind => TO_MOVE.includes(kind))),
    keys: [...estate.keys].sort((a, b) => (a.created < b.created ? -1 : 1)),
    users: estate.users.length,
    gaps: estate.gaps,
    now: setting.now,
  };
}
