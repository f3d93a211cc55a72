import { compileIssuerRow } from '../config/issuers.ts';
import { type Complaint, Complaints } from '../language/complaint.ts';
import { parse } from '../language/parse.ts';
import { compileRole, parseRole } from '../language/role.ts';
import type { Claims } from '../policy/claims.ts';
import type { Role } from '../policy/role.ts';
import { type ImportedPolicy, listNotes, writeImportedRole } from '../review/author/import/imported.ts';
import { judgeJobs, summarizeJobs } from '../review/compare/jobs.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { findPreset } from '../token/presets.ts';
import type { AwsRole } from './aws/dump.ts';
import type { AwsRoleKind } from './aws/kind.ts';
import { compareWithTrust, type Verdict } from './compare.ts';
import type { DirectTrust } from './direct.ts';
import { DANGERS, type Exposure, type ExposureDanger, judgeExposure } from './exposure.ts';
import type { Digest } from './name.ts';

/** The role of ours that would take the place of a direct trust. */
export type ProposedRole = {
  readonly name: string;
  readonly text: string;
  readonly role: Role;
  readonly rows: ReadonlyMap<string, IssuerRow>;
  readonly verdict: Verdict;
};

/** How a direct trust stands: alone, beside the broker, or no more. */
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
  /** Losses: all that was left out or made narrower, and why. */
  readonly notes: readonly string[];
  /** Kinds of jobs that the proposed role admits. */
  readonly admits: readonly string[];
  readonly direct: DirectState;
  /** When the statement that trusts the issuer directly can be deleted. */
  readonly deleteWhen: string;
};

/** The setting in which a migration is made. */
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

/** A trust that was imported, with whom it lets in by a second reading. */
export type ImportedTrust = {
  readonly made: ImportedPolicy;
  readonly direct: readonly DirectTrust[];
  /** In the words of a role's description. */
  readonly replaces: string;
  /** The provider of the role as it stands in its file, where the import did not tell it. */
  readonly provider?: { readonly [key: string]: unknown } | undefined;
};

const NOT_CARRIED = 'Nothing of its trust could be carried over.';
const NO_PROVIDER = 'What it gives is not in the dump: add a provider to the role.';

function writeProposedRole(trust: ImportedTrust): string {
  const description = `description: ${JSON.stringify(`Takes the place of ${trust.replaces}`)}`;
  const text = writeImportedRole(trust.made).replace(/^trust:/m, `${description}\n\ntrust:`);
  const [[key, value] = []] = Object.entries(trust.provider ?? {});
  return key === undefined ? text : `${text.trimEnd()}\n\n${key}: ${JSON.stringify(value)}\n`;
}

/** The role that would take the place of a trust, with what of the trust it lacks. */
export function proposeRole(trust: ImportedTrust, name: string, setting: MigrationSetting): Proposal {
  const { made, direct, provider } = trust;
  const lost = listNotes(made)
    .filter(each => !each.exact)
    .map(each => each.says);
  if (!made.trust.some(each => each.draft)) return { proposed: undefined, notes: [NOT_CARRIED, ...lost] };
  if (!provider && !made.github && made.roleArn === undefined)
    return { proposed: undefined, notes: [...lost, NO_PROVIDER] };
  const { proposed, notes } = checkProposal(name, writeProposedRole(trust), direct, setting);
  return { proposed, notes: [...lost, ...notes] };
}

/** The text of a role for a trust policy, held against that policy before anybody sees it. */
function checkProposal(
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

/** The worst of whom it lets in. */
export function findWorst(exposures: readonly Exposure[]): ExposureDanger {
  const found = exposures.map(judgeExposure);
  return [...DANGERS].reverse().find(danger => found.includes(danger)) ?? 'nobody';
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
