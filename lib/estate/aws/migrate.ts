import { compileIssuerRow } from '../../config/issuers.ts';
import { type Complaint, Complaints } from '../../language/complaint.ts';
import { parse } from '../../language/parse.ts';
import { compileRole, parseRole } from '../../language/role.ts';
import type { Claims } from '../../policy/claims.ts';
import type { Role } from '../../policy/role.ts';
import { importAws } from '../../review/author/import/aws.ts';
import { type ImportedPolicy, listNotes, writeImportedRole } from '../../review/author/import/imported.ts';
import { judgeJobs, summarizeJobs } from '../../review/compare/jobs.ts';
import { isActionCovered } from '../../review/targets/request.ts';
import type { TrustStatement } from '../../review/targets/trust.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { findPreset } from '../../token/presets.ts';
import { compareWithTrust, type Verdict } from '../compare.ts';
import { type DirectTrust, readDirectTrusts } from '../direct.ts';
import { DANGERS, describeExposure, type Exposure, type ExposureDanger, judgeExposure } from '../exposure.ts';
import { createRoleName, createRoleNames, type Digest } from '../name.ts';
import type { AccessKey, AwsEstate, AwsRole } from './dump.ts';
import { type AwsRoleKind, listRoleKinds } from './kind.ts';

/** The role of ours that would take the place of a direct trust. */
export type ProposedRole = {
  readonly name: string;
  readonly text: string;
  readonly role: Role;
  readonly rows: ReadonlyMap<string, IssuerRow>;
  readonly verdict: Verdict;
};

/** Whether a direct trust stands: alone, beside the broker, or no more. */
export type DirectState = 'open' | 'beside the broker' | 'gone';

/** One role that jobs can have by a token, and what becomes of it. */
export type MigratedRole = {
  readonly aws: AwsRole;
  readonly account: string;
  readonly team: string | undefined;
  readonly kinds: readonly AwsRoleKind[];
  readonly exposures: readonly Exposure[];
  readonly danger: ExposureDanger;
  readonly proposed: ProposedRole | undefined;
  /** What was left out or made narrower, and why. */
  readonly notes: readonly string[];
  /** Kinds of jobs that the proposed role admits. */
  readonly admits: readonly string[];
  readonly direct: DirectState;
  /** When the statement that trusts the issuer directly can be deleted. */
  readonly deleteWhen: string;
};

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

/** What a migration is made with. */
export type MigrationSetting = {
  readonly digest: Digest;
  readonly findSample: (issuer: string) => Claims;
  /** Rows of the broker.yml that is there; issuers that it lacks are read by their presets. */
  readonly rows: ReadonlyMap<string, IssuerRow>;
  readonly audience: string;
  /** The tag that names a role's team; else the first folder of its path does. */
  readonly teamTag: string;
  /** The ARN of the role that the broker runs as. */
  readonly broker: string | undefined;
  /** The URL of the broker, by which an account may trust it as an issuer. */
  readonly url: string | undefined;
  readonly now: number;
};

/** A row for an issuer that no broker.yml has yet, as `import` says that it is needed. */
export function createIssuerRow(issuer: string): {
  readonly row: IssuerRow | undefined;
  readonly yaml: string;
} {
  const preset = findPreset(issuer);
  const yaml =
    preset === undefined
      ? `{ issuer: "${issuer}", jwks_uri: "${issuer}/.well-known/jwks.json", bind: [sub] }`
      : `{ preset: ${preset}, issuer: "${issuer}" }`;
  const tree = parse('broker.yml', yaml, new Complaints());
  return { yaml, row: tree && compileIssuerRow(tree, new Complaints()) };
}

const madeRows = new Map<string, IssuerRow | undefined>();

function findMigrationRow(issuer: string, setting: MigrationSetting): IssuerRow | undefined {
  if (!madeRows.has(issuer)) madeRows.set(issuer, createIssuerRow(issuer).row);
  return setting.rows.get(issuer) ?? madeRows.get(issuer);
}

function isWebEntrance(statement: TrustStatement): boolean {
  return isActionCovered(statement, 'sts:AssumeRoleWithWebIdentity');
}

function describeSource(role: AwsRole): string {
  return `description: ${JSON.stringify(`Takes the place of the direct trust of ${role.arn}`)}`;
}

function writeAwsRole(made: ImportedPolicy, aws: AwsRole): string {
  return writeImportedRole(made).replace(/^trust:/m, `${describeSource(aws)}\n\ntrust:`);
}

type Compiled = { readonly role: Role | undefined; readonly complaints: readonly Complaint[] };

function compileProposedRole(
  name: string,
  text: string,
  rows: ReadonlyMap<string, IssuerRow>,
  audience: string,
): Compiled {
  const complaints = new Complaints();
  const document = parseRole(name, `${name}.yml`, text, complaints);
  const session = { seconds: undefined, maxSeconds: undefined };
  const role = document && compileRole(document, { audience, issuers: rows, session }, complaints);
  return { role: complaints.all.length === 0 ? role : undefined, complaints: complaints.all };
}

type Proposal = { readonly proposed: ProposedRole | undefined; readonly notes: readonly string[] };

/** The text of a role for a trust policy, held against that policy before anybody sees it. */
export function proposeRole(
  name: string,
  text: string,
  direct: readonly DirectTrust[],
  setting: MigrationSetting,
): Proposal {
  const issuers = direct.map(each => each.issuer);
  const rows = new Map(
    issuers.flatMap(each => {
      const row = findMigrationRow(each, setting);
      return row ? [[each, row] as const] : [];
    }),
  );
  const { role, complaints } = compileProposedRole(name, text, rows, setting.audience);
  if (!role) return { proposed: undefined, notes: complaints.map(each => each.message) };
  const verdict = compareWithTrust({ role, rows, direct, findSample: setting.findSample });
  if (verdict.is === 'wider') return { proposed: undefined, notes: [explainThrown(direct)] };
  return {
    proposed: { name, text, role, rows, verdict },
    notes: verdict.is === 'narrower' ? verdict.why.map(why => `narrower: ${why}`) : [],
  };
}

function explainThrown(direct: readonly DirectTrust[]): string {
  const doubts = direct.flatMap(({ statements }) => statements.flatMap(each => each.doubts));
  return doubts.length > 0
    ? `It could not be proved that the role lets in no more, since not all was read: ${doubts.join('; ')}. Write it by hand.`
    : 'The role would have let in more than the trust does, so it was thrown away. Tell us.';
}

const NOT_CARRIED = 'Nothing of its trust could be carried over.';

type Source = { readonly aws: AwsRole; readonly direct: readonly DirectTrust[] };

function proposeFor(source: Source, name: string, setting: MigrationSetting): Proposal {
  const { aws, direct } = source;
  const made = importAws({ arn: aws.arn, statements: (aws.trust ?? []).filter(isWebEntrance) });
  const lost = listNotes(made)
    .filter(each => !each.exact)
    .map(each => each.says);
  if (!made.trust.some(each => each.draft)) return { proposed: undefined, notes: [NOT_CARRIED, ...lost] };
  const { proposed, notes } = proposeRole(name, writeAwsRole(made, aws), direct, setting);
  return { proposed, notes: [...lost, ...notes] };
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

/** The worst of whom it lets in. */
export function findWorst(exposures: readonly Exposure[]): ExposureDanger {
  const found = exposures.map(judgeExposure);
  return [...DANGERS].reverse().find(danger => found.includes(danger)) ?? 'nobody';
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
      : proposeFor({ aws, direct: trusts }, name, setting);
  return {
    aws,
    account: aws.arn.split(':')[4] ?? '',
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

/** The kinds of jobs that a proposed role admits. Who admits the same admits the same kinds. */
export function listAdmitted(proposed: ProposedRole, exposures: readonly Exposure[]): string[] {
  const kinds =
    proposed.verdict.is === 'same'
      ? exposures.flatMap(each => each.kinds)
      : summarizeJobs(judgeJobs(proposed.role, proposed.rows)).flatMap(each =>
          each.answer === 'admits' ? [each.kind] : [],
        );
  return [...new Set(kinds.map(each => each.name))];
}

const REACHES = ['other', 'identities', 'administrator'] as const;

function isAnyPipeline(role: MigratedRole): boolean {
  return role.exposures.some(each => each.anyPipeline);
}

/** The worst first, among those whom every pipeline can have, and then the one with the most rights. */
export function compareDanger(a: MigratedRole, b: MigratedRole): number {
  return (
    DANGERS.indexOf(b.danger) - DANGERS.indexOf(a.danger) ||
    Number(isAnyPipeline(b)) - Number(isAnyPipeline(a)) ||
    REACHES.indexOf(b.aws.rights.reach) - REACHES.indexOf(a.aws.rights.reach) ||
    (a.aws.arn < b.aws.arn ? -1 : 1)
  );
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
    accounts: [
      ...new Set([...estate.roles, ...estate.users].map(each => each.arn.split(':')[4] ?? '')),
    ].sort(),
    roles: roles.sort(compareDanger),
    others: all.filter(each => !each.kinds.some(kind => TO_MOVE.includes(kind))),
    keys: [...estate.keys].sort((a, b) => (a.created < b.created ? -1 : 1)),
    users: estate.users.length,
    gaps: estate.gaps,
    now: setting.now,
  };
}
