import type { Effect } from '../../../policy/statement.ts';
import { findPreset } from '../../../token/presets.ts';
import type { TrustStatement } from '../../targets/trust.ts';
import { type CarriedCondition, importCondition } from './iam.ts';
import {
  type ClaimRule,
  type DraftStatement,
  type ImportEntry,
  type ImportedPolicy,
  noteExact,
  noteLoss,
  omitStatement,
} from './imported.ts';
import { addSubjectClaims, findFacts, finishEntries } from './issuer.ts';
import { explainImpossible } from './subject.ts';

// Whose account it is does not matter to a token; examples have a placeholder there.
const PROVIDER = /^arn:aws[a-z-]*:iam::[^:]*:oidc-provider\/([^$]+)$/;
/** Google alone is a principal by its name. */
const GOOGLE = 'accounts.google.com';

type MergedConditions = {
  readonly claims: DraftStatement['claims'];
  readonly request?: DraftStatement['request'] & object;
};

/** Puts every rule in its place. Undefined where one claim would have the same operator twice. */
function mergeConditions(all: readonly CarriedCondition[]): MergedConditions | undefined {
  const claims: { [claim: string]: ClaimRule } = {};
  let source: ClaimRule = {};
  for (const each of all) {
    if (!('claim' in each) && !('source' in each)) continue;
    const before = 'claim' in each ? (claims[each.claim] ?? {}) : source;
    const rule = 'claim' in each ? each.rule : each.source;
    if (Object.keys(rule).some(operator => operator in before)) return undefined;
    if ('claim' in each) claims[each.claim] = { ...before, ...rule };
    else source = { ...before, ...rule };
  }
  if (Object.keys(source).length === 0) return { claims };
  return { claims, request: { source_ip: source as { readonly [operator: string]: readonly string[] } } };
}

/** A Sid becomes the id, where one statement alone comes of it. */
function chooseStatementId(statement: TrustStatement): { readonly id?: string } {
  return listHosts(statement).length === 1 && /^[A-Za-z0-9]{1,64}$/.test(statement.name)
    ? { id: statement.name }
    : {};
}

const WORKSPACE = /^ari:cloud:bitbucket::workspace\/([0-9a-f-]{36})$/;

/** Who is trusted by the audience alone, where the issuer is one customer's: all of them, by a claim that says so. */
function bindOwner(iss: string, all: readonly CarriedCondition[]): DraftStatement['claims'] {
  const audiences = all.flatMap(each => ('audience' in each ? (each.audience ?? []) : []));
  if (audiences.length === 0) return {};
  if (findPreset(iss) === 'circleci')
    return { 'oidc.circleci.com/org-id': { equals: iss.split('/').at(-1) ?? '' } };
  const [, workspace] = (findPreset(iss) === 'bitbucket' && WORKSPACE.exec(audiences[0] ?? '')) || [];
  return workspace === undefined ? {} : { workspaceUuid: { equals: `{${workspace}}` } };
}

function explainOmission(iss: string, all: readonly CarriedCondition[]): string[] {
  return all.flatMap(each => {
    if ('refused' in each) return [`${each.refused}.`];
    if ('nobody' in each) return [`nobody could have it by IAM: ${each.nobody}.`];
    const subjects = 'claim' in each && each.claim === 'sub' ? Object.values(each.rule).flat() : [];
    return subjects.flatMap(subject => explainImpossible(iss, String(subject)) ?? []);
  });
}

/** A Deny on `sub` holds against whoever chooses another `sub` only where each Allow asks for one too. */
function hasSubjectCondition(statement: TrustStatement): boolean {
  return statement.conditions.some(each => each.key.toLowerCase().endsWith(':sub'));
}

type ImportSetting = { readonly effect: Effect; readonly keepsSubject: boolean };

function importForIssuer(statement: TrustStatement, host: string, setting: ImportSetting): ImportEntry[] {
  const { effect, keepsSubject } = setting;
  const { name, conditions } = statement;
  const iss = `https://${host}`;
  const facts = findFacts(iss);
  const all = conditions.map(condition => importCondition(condition, { host, facts, effect }));
  // A Deny that strikes nobody is not missed.
  if (effect === 'deny' && all.some(each => 'nobody' in each)) return [];
  const parts = mergeConditions(all);
  const reasons = explainOmission(iss, all);
  if (!parts) return [omitStatement(name, ...reasons, 'two conditions on one claim have the same operator.')];
  const owners = Object.keys(parts.claims).length === 0 ? bindOwner(iss, all) : {};
  const draft: DraftStatement = {
    iss,
    ...chooseStatementId(statement),
    ...parts,
    claims: { ...owners, ...parts.claims },
  };
  const entry = { name, draft, notes: all.flatMap(each => ('notes' in each ? each.notes : [])) };
  // More conditions would make a deny strike less often.
  const entries = effect === 'trust' ? addSubjectClaims(entry, !keepsSubject) : [entry];
  return finishEntries(entries, reasons, effect);
}

function findHost(principal: TrustStatement['principals'][number]): string | undefined {
  if (principal.kind !== 'Federated') return undefined;
  return principal.name === GOOGLE ? GOOGLE : PROVIDER.exec(principal.name)?.[1];
}

/** The issuers that a statement speaks of. */
function listHosts(statement: TrustStatement): string[] {
  return statement.exceptPrincipals
    ? []
    : statement.principals.flatMap(principal => findHost(principal) ?? []);
}

function importAllow(statement: TrustStatement, keepsSubject: boolean): ImportEntry[] {
  const hosts = listHosts(statement);
  const variable = statement.principals.find(each => each.name.includes('${'))?.name;
  if (hosts.length > 0)
    return hosts.flatMap(host => importForIssuer(statement, host, { effect: 'trust', keepsSubject }));
  const why =
    variable === undefined
      ? 'it trusts no OIDC issuer by the ARN of its provider.'
      : `${variable} is filled in by another tool: aws iam get-role prints the role as it is.`;
  return [omitStatement(statement.name, why)];
}

function importDeny(statement: TrustStatement, trusted: readonly string[]): ImportEntry[] {
  if (statement.exceptPrincipals)
    return [
      omitStatement(statement.name, 'it denies all but some, and whom that strikes is not told by a token.'),
    ];
  const everyone = statement.principals.some(each => each.name === '*');
  const struck = everyone ? trusted : listHosts(statement).filter(host => trusted.includes(host));
  return struck.flatMap(host => importForIssuer(statement, host, { effect: 'deny', keepsSubject: true }));
}

const NO_DENY = 'a Deny of this policy could not be carried over, and without it more would be let in.';

/** A trust policy of AWS, of a role or alone. */
export type AwsSource = {
  /** Undefined for a policy that stands alone. */
  readonly arn?: string | undefined;
  readonly statements: readonly TrustStatement[];
};

/** Imports the statements for web identity as a role. Whoever the role admits, IAM would have admitted. */
export function importAws(source: AwsSource): ImportedPolicy {
  const { arn, statements } = source;
  const [allows, denies] = (['Allow', 'Deny'] as const).map(effect =>
    statements.filter(each => each.effect === effect),
  );
  const trusted = [...new Set((allows ?? []).flatMap(listHosts))];
  const deny = (denies ?? []).flatMap(each => importDeny(each, trusted));
  const keepsSubject = (denies ?? []).some(hasSubjectCondition);
  const trust = (allows ?? []).flatMap(each => importAllow(each, keepsSubject));
  const held = deny.every(each => each.draft)
    ? trust
    : trust.map(({ name, draft, notes }) => (draft ? omitStatement(name, NO_DENY) : { name, draft, notes }));
  const target =
    arn === undefined
      ? noteLoss('The ARN of the role is not in the file: add aws: { role_arn: … }.')
      : noteExact(`${arn} must trust the broker now: kite-sts check-targets prints how.`);
  return { trust: held, deny, roleArn: arn, notes: [target] };
}
