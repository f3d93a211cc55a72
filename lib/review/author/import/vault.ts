import { readRange } from '../../../policy/cidr.ts';
import type { Scalar } from '../../../policy/condition.ts';
import { findVocabularyTypes } from '../../../policy/issuer.ts';
import {
  type ClaimRule,
  createListRule,
  createValueRule,
  type DraftStatement,
  type ImportEntry,
  type ImportedPolicy,
  type ImportNote,
  noteExact,
  noteLoss,
  omitStatement,
} from './imported.ts';
import { AUDIENCE, addSubjectClaims, findFacts, finishEntries } from './issuer.ts';

/** `data` of `vault read -format=json auth/jwt/role/<name>`. */
type VaultRole = { readonly [key: string]: unknown };

function isFilled(value: unknown): boolean {
  return (
    value !== undefined &&
    value !== null &&
    value !== '' &&
    !(typeof value === 'object' && Object.keys(value).length === 0)
  );
}

/** Is it a role of Vault's or OpenBao's jwt auth method? */
export function isVaultRole(value: unknown): value is VaultRole {
  return value !== null && typeof value === 'object' && 'user_claim' in value && 'role_type' in value;
}

type BoundClaim = { readonly rule: ClaimRule } | { readonly refused: string };

/** Vault's glob knows `*` alone. */
function readGlob(claim: string, values: readonly Scalar[]): BoundClaim {
  if (!values.some(each => String(each).includes('*'))) return { rule: createValueRule(values, false) };
  const odd = values.find(each => typeof each !== 'string' || /[?[{\\]/.test(each));
  const patterns = values.map(each => String(each).replace(/\*+/g, '*'));
  return odd === undefined
    ? { rule: createValueRule(patterns, true) }
    : { refused: `${claim}: no pattern here holds ${JSON.stringify(odd)}.` };
}

function readBoundClaim(
  claim: string,
  value: unknown,
  reading: { isGlob: boolean; iss: string },
): BoundClaim {
  const values = [value].flat();
  const isPlain = values.every(each => ['string', 'boolean', 'number'].includes(typeof each));
  if (!isPlain || values.length === 0)
    return { refused: `${claim}: it is neither a value nor a list of values.` };
  const { vocabulary } = findFacts(reading.iss);
  const types = (vocabulary && findVocabularyTypes(vocabulary, claim)) ?? [];
  const scalars = values as readonly Scalar[];
  if (!types.includes('array'))
    return reading.isGlob ? readGlob(claim, scalars) : { rule: createValueRule(scalars, false) };
  return reading.isGlob && scalars.some(each => String(each).includes('*'))
    ? { refused: `${claim}: it is a list, which no pattern is for.` }
    : { rule: createListRule(scalars, 'contains', 'contains_any') };
}

/** Vault lets nobody in whose token lacks the claim that names its user. */
function demandUserClaim(role: VaultRole, claims: DraftStatement['claims']): DraftStatement['claims'] {
  const name = String(role['user_claim'] ?? '');
  return name === 'sub' || name === '' || name in claims ? {} : { [name]: { matches: '?*' } };
}

type VaultClaims = { readonly claims: DraftStatement['claims']; readonly refused: readonly string[] };

function readVaultClaims(role: VaultRole, iss: string): VaultClaims {
  const isGlob = role['bound_claims_type'] === 'glob';
  const bound = Object.entries((role['bound_claims'] ?? {}) as VaultRole);
  const all = bound.map(([claim, value]) => [claim, readBoundClaim(claim, value, { isGlob, iss })] as const);
  const refused = all.flatMap(([, each]) => ('refused' in each ? [each.refused] : []));
  const found = all.flatMap(([claim, each]) => ('rule' in each ? [[claim, each.rule] as const] : []));
  const rules: DraftStatement['claims'] = Object.fromEntries(found);
  const subject = role['bound_subject'];
  if (!isFilled(subject)) return { claims: { ...rules, ...demandUserClaim(role, rules) }, refused };
  const twice = 'sub' in rules ? ['bound_subject and bound_claims both speak of sub.'] : [];
  const claims = { ...rules, sub: { equals: String(subject) } };
  return { claims: { ...claims, ...demandUserClaim(role, claims) }, refused: [...refused, ...twice] };
}

const BEYOND = ['groups_claim', 'max_age', 'user_claim_json_pointer'];

function explainUnsupported(role: VaultRole): string[] {
  return [
    ...(role['role_type'] === 'oidc' ? ['it is for people who log in by a browser (role_type oidc).'] : []),
    ...BEYOND.filter(key => isFilled(role[key]) && role[key] !== false && role[key] !== 0).map(
      key => `${key} has no counterpart.`,
    ),
  ];
}

type VaultAddresses = {
  readonly request?: DraftStatement['request'] & object;
  readonly refused: readonly string[];
};

function readBoundAddresses(role: VaultRole): VaultAddresses {
  const ranges = [role['token_bound_cidrs'] ?? []].flat().map(String);
  if (ranges.length === 0) return { refused: [] };
  const bad = ranges.find(each => readRange(each) === undefined);
  if (bad !== undefined)
    return { refused: [`token_bound_cidrs: "${bad}" is not a range with its host bits zero.`] };
  return { request: { source_ip: { in: ranges } }, refused: [] };
}

const NAME = 'The role';

function importVaultEntries(role: VaultRole, iss: string): ImportEntry[] {
  const { claims, refused } = readVaultClaims(role, iss);
  const addresses = readBoundAddresses(role);
  const draft: DraftStatement = { iss, claims, ...(addresses.request ? { request: addresses.request } : {}) };
  const reasons = [...explainUnsupported(role), ...refused, ...addresses.refused];
  const entries = addSubjectClaims({ name: NAME, draft, notes: [AUDIENCE] });
  return finishEntries(entries, reasons);
}

function notePolicies(role: VaultRole): ImportNote {
  const policies = [role['token_policies'] ?? role['policies'] ?? []].flat().join(', ') || 'none';
  return noteLoss(
    `What Vault's policies give (${policies}) is Vault's: add a provider. docs/guides/vault.md logs in there.`,
  );
}

/** A role of Vault's jwt auth method. Its issuer stands in auth/jwt/config, not in the role. */
export function importVault(role: VaultRole, issuer: string | undefined): ImportedPolicy {
  if (issuer === undefined) {
    const why = 'its issuer is not in the role: give --issuer, as vault read auth/jwt/config has it.';
    return { trust: [omitStatement(NAME, why)], deny: [], notes: [notePolicies(role)] };
  }
  const row = noteExact(`The issuer ${issuer} is not in the role; it was given.`);
  return { trust: importVaultEntries(role, issuer), deny: [], notes: [row, notePolicies(role)] };
}
