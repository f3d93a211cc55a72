import { Complaints } from '../../language/complaint.ts';
import { parse } from '../../language/parse.ts';
import { findEntry, type Tree, toPlain } from '../../language/tree.ts';
import type { ClaimValue } from '../../policy/claims.ts';
import { importAws } from '../../review/author/import/aws.ts';
import { importCel } from '../../review/author/import/cel.ts';
import { explainForeign } from '../../review/author/import/foreign.ts';
import type { ImportedPolicy } from '../../review/author/import/imported.ts';
import { importOcto, OctoRefused } from '../../review/author/import/octo.ts';
import { importSecrets } from '../../review/author/import/secrets.ts';
import { importVault, isVaultRole } from '../../review/author/import/vault.ts';
import { writeComplaints } from '../../review/findings.ts';
import { isActionCovered } from '../../review/targets/request.ts';
import {
  readTargetRoles,
  readTrustStatements,
  splitJsonTexts,
  TargetError,
  type TargetRole,
  type TrustStatement,
} from '../../review/targets/trust.ts';
import { readStrictJson } from '../../token/json.ts';
import { Failure, type Flags, readChoice, readFlag, UsageError } from '../verb.ts';

const SOURCES = ['aws', 'octo-sts', 'buildkite', 'vault', 'cel'] as const;
type PolicySource = (typeof SOURCES)[number];

type PolicyFile = { readonly path: string; readonly text: string };

function readOneJson(text: string): ClaimValue {
  const [value, ...others] = splitJsonTexts(text).map(each => readStrictJson(each));
  if (value === undefined || others.length > 0) throw new TargetError('It holds more than one policy.');
  return value;
}

/** Reads a file. Throws `Failure`, which says how to get one that can be read. */
function readImport<T>(file: PolicyFile, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const foreign = explainForeign(file.text);
    throw new Failure(`${file.path}: ${foreign ?? (error as Error).message}\n`);
  }
}

function importAwsRole(file: PolicyFile, flags: Flags): ImportedPolicy {
  return readImport(file, () => {
    const { arn, statements } = findAwsRole(readOneJson(file.text), readFlag(flags, 'role'));
    return importAws({ ...(arn === undefined ? {} : { arn }), statements: statements.filter(isEntrance) });
  });
}

function isEntrance(statement: TrustStatement): boolean {
  return isActionCovered(statement, 'sts:AssumeRoleWithWebIdentity');
}

type AwsRole = { readonly arn: string | undefined; readonly statements: readonly TrustStatement[] };

/** `role` by its name, or the only one that web identities come to. */
function chooseAwsRole(roles: readonly TargetRole[], role: string | undefined): AwsRole {
  const named = roles.filter(({ arn }) => role === undefined || arn.split('/').at(-1) === role);
  const open = named.length > 1 ? named.filter(({ statements }) => statements.some(isEntrance)) : named;
  const [first, ...others] = open;
  const names = open.map(({ arn }) => arn.split('/').at(-1)).join(', ');
  if (others.length > 0)
    throw new TargetError(`It holds more than one role: choose by --role among ${names}.`);
  if (first) return first;
  throw new TargetError(
    role === undefined ? 'No role of it trusts an OIDC issuer.' : `It holds no role ${JSON.stringify(role)}.`,
  );
}

/** A role as get-role or list-roles prints it, or its trust policy alone. */
function findAwsRole(value: ClaimValue, role: string | undefined): AwsRole {
  const members = value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
  if ('Statement' in members) return { arn: undefined, statements: readTrustStatements(value) };
  return chooseAwsRole(readTargetRoles('Roles' in members ? (members['Roles'] ?? null) : value), role);
}

function parsePolicyFile({ path, text }: PolicyFile): Tree {
  const complaints = new Complaints();
  const tree = parse(path, text, complaints);
  if (!tree || complaints.all.length > 0) throw new Failure(writeComplaints(complaints.all));
  return tree;
}

function importOctoPolicy(file: PolicyFile, flags: Flags): ImportedPolicy {
  const foreign = explainForeign(file.text);
  if (foreign !== undefined) throw new Failure(`${file.path}: ${foreign}\n`);
  const tree = parsePolicyFile(file);
  if (tree.kind !== 'map') throw new Failure(`${file.path}: not a mapping, as a policy of octo-sts is.\n`);
  const [app, owner, repository] = ['app', 'owner', 'repository'].map(name => readFlag(flags, name));
  try {
    return importOcto(toPlain(tree) as { readonly [key: string]: unknown }, { app, owner, repository });
  } catch (error) {
    if (!(error instanceof OctoRefused)) throw error;
    throw new Failure(
      `${file.path}: octo-sts refuses this file, so nobody has anything by it: ${error.message}\n`,
    );
  }
}

function importVaultRole(file: PolicyFile, flags: Flags): ImportedPolicy {
  return readImport(file, () => {
    const value = readOneJson(file.text) as { readonly [name: string]: ClaimValue };
    const role = isVaultRole(value) ? value : value?.['data'];
    if (!isVaultRole(role))
      throw new TargetError('It is no role of the jwt auth method, as vault read prints it.');
    return importVault(role, readFlag(flags, 'issuer'));
  });
}

/** The provider as gcloud prints it, or the condition alone. */
function importCelFile(file: PolicyFile, flags: Flags): ImportedPolicy {
  return readImport(file, () => {
    const issuer = readFlag(flags, 'issuer');
    const isProvider = file.text.trimStart().startsWith('{');
    const provider = (isProvider ? readOneJson(file.text) : {}) as {
      readonly attributeCondition?: string;
      readonly attributeMapping?: { readonly [name: string]: string };
      readonly oidc?: { readonly issuerUri?: string };
    };
    const condition = isProvider ? provider.attributeCondition : file.text;
    if (typeof condition !== 'string' || condition.trim() === '')
      throw new TargetError('It has no condition, so it takes each token of its issuer.');
    const iss = issuer ?? provider.oidc?.issuerUri;
    if (iss === undefined) throw new UsageError('--issuer is needed: a condition does not name it.');
    return importCel({ issuer: iss, condition, mapping: provider.attributeMapping ?? {} });
  });
}

function importBuildkitePolicy(file: PolicyFile, flags: Flags): ImportedPolicy {
  const organization = readFlag(flags, 'organization');
  if (organization === undefined)
    throw new UsageError('--organization is needed: the policy of a secret does not name it.');
  const tree = parsePolicyFile(file);
  if (tree.kind !== 'list') throw new Failure(`${file.path}: not a list, as the policy of a secret is.\n`);
  if (tree.items.some(item => findEntry(item, 'iss')))
    throw new Failure(`${file.path} is the policy of a registry: it stands under trust: as it is.\n`);
  return importSecrets(toPlain(tree) as unknown[], organization);
}

/** Guesses by its look of which source a file is: JSON is of AWS unless it has what only others have, a list of Buildkite. */
function guessSource(text: string): PolicySource {
  const [first = ''] = text.replace(/^(\s*#.*|---\s*)$/gm, '').trimStart();
  if (first === '{' && /"user_claim"\s*:/.test(text)) return 'vault';
  if (first === '{' && /"attributeCondition"\s*:/.test(text)) return 'cel';
  if (first === '{') return 'aws';
  if (/^\(?\s*(assertion|attribute|google)[.[]/.test(text.trimStart())) return 'cel';
  return first === '-' || first === '[' ? 'buildkite' : 'octo-sts';
}

function chooseImportSource(flags: Flags, file: PolicyFile): PolicySource {
  const from = readFlag(flags, 'from');
  if (from === undefined) return guessSource(file.text);
  return readChoice(from, SOURCES, `--from takes ${SOURCES.join(', ')}, not "${from}".`);
}

/** The options that one source alone has. */
const OPTIONS: { readonly [option: string]: readonly PolicySource[] } = {
  organization: ['buildkite'],
  issuer: ['vault', 'cel'],
  role: ['aws'],
  app: ['octo-sts'],
  owner: ['octo-sts'],
  repository: ['octo-sts'],
};

/** Reads a policy of whatever source, by its look or by `--from`. Throws `UsageError`, and `Failure` where it cannot be read. */
export function importFile(flags: Flags, file: PolicyFile): ImportedPolicy {
  const source = chooseImportSource(flags, file);
  const idle = Object.keys(OPTIONS).find(
    name => flags[name] !== undefined && !OPTIONS[name]?.includes(source),
  );
  if (idle !== undefined) throw new UsageError(`--${idle} has no effect on a policy of ${source}.`);
  const readers = {
    aws: importAwsRole,
    'octo-sts': importOctoPolicy,
    buildkite: importBuildkitePolicy,
    vault: importVaultRole,
    cel: importCelFile,
  };
  return readers[source](file, flags);
}
