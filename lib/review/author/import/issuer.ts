import { Document } from 'yaml';
import { compileIssuerRow } from '../../../config/issuers.ts';
import { Complaints } from '../../../language/complaint.ts';
import { parse } from '../../../language/parse.ts';
import { compileStatement } from '../../../language/statement.ts';
import type { IssuerFacts } from '../../../policy/issuer.ts';
import type { Effect } from '../../../policy/statement.ts';
import { findPreset } from '../../../token/presets.ts';
import {
  type DraftStatement,
  type ImportEntry,
  type ImportNote,
  noteExact,
  noteLoss,
  omitInPart,
  omitStatement,
} from './imported.ts';
import { readSubjects } from './subject.ts';

const read = new Map<string, IssuerFacts>();

/** Finds what is known of an issuer without a broker.yml: its preset, or nothing. */
export function findFacts(issuer: string): IssuerFacts {
  const held = read.get(issuer) ?? readFacts(issuer);
  read.set(issuer, held);
  return held;
}

function readFacts(issuer: string): IssuerFacts {
  const tree = parse('', JSON.stringify({ issuer }), new Complaints());
  const known = findPreset(issuer) && tree && compileIssuerRow(tree, new Complaints());
  return known || { ...UNKNOWN, issuer };
}

const UNKNOWN: IssuerFacts = {
  issuer: '',
  vocabulary: undefined,
  binding: [],
  nullable: [],
  onRequest: undefined,
  session: { group: 'sub', run: 'sub', job: 'sub' },
  audiences: [],
  pipelineId: undefined,
};

const KEPT = noteExact('What sub names is bound by claims of its own too.');
const INSTEAD = noteExact('Claims stand here instead of sub: each job that has them can have that sub.');
const NO_IDS = noteExact(
  'sub stays: since 2026-07-15 GitHub gives a repository that takes an old name over another sub. kite-sts pin adds ids.',
);

function hasIds(claims: DraftStatement['claims']): boolean {
  return 'repository_id' in claims || 'repository_owner_id' in claims;
}

/** The rules of `added` whose claim has no rule yet, or the same; undefined where one says something else. */
function canCombine(claims: DraftStatement['claims'], added: DraftStatement['claims']): boolean {
  return Object.entries(added).every(
    ([claim, rule]) => !(claim in claims) || JSON.stringify(claims[claim]) === JSON.stringify(rule),
  );
}

type DraftedEntry = ImportEntry & { readonly draft: DraftStatement };

function replaceSubject(entry: DraftedEntry, added: readonly DraftStatement['claims'][]): DraftedEntry[] {
  const { name, draft, notes } = entry;
  const { sub: _, ...others } = draft.claims;
  const { id, ...rest } = draft;
  const named = added.length === 1 && id !== undefined ? { id } : {};
  return added.map((claims, index) => ({
    name,
    draft: { ...rest, ...named, claims: { ...claims, ...others } },
    notes: index === 0 ? [...notes, INSTEAD] : [],
  }));
}

const NAMESPACE = noteLoss(
  'namespace_path is narrower here: projects of groups inside of it are not let in. List those groups to have them.',
);
const ACCOUNT = noteLoss(
  'sub is narrower here: azp names an account of Google, and only its own tokens are let in.',
);

/**
 * Binds the tenant where the source does so in a way that no role takes: a group of GitLab, an account by its `azp`.
 */
function bindTenant(entry: DraftedEntry): DraftedEntry {
  const { draft, notes } = entry;
  const { project_path: project, azp, ...others } = draft.claims;
  const [, group] = /^([^*?]+)\/\*$/.exec(String(project?.['matches'] ?? '')) ?? [];
  if (findPreset(draft.iss) === 'gitlab' && group !== undefined && !('namespace_path' in others)) {
    const claims = { namespace_path: { equals: group }, ...others };
    return { ...entry, draft: { ...draft, claims }, notes: [...notes, NAMESPACE] };
  }
  const account = azp?.['equals'];
  if (findPreset(draft.iss) !== 'google' || !/^\d+$/.test(String(account)) || 'sub' in others) return entry;
  const claims = { ...draft.claims, sub: { equals: account ?? '' } };
  return { ...entry, draft: { ...draft, claims }, notes: [...notes, ACCOUNT] };
}

/**
 * The statement with what its `sub` names said of claims: instead of `sub` where that admits the same jobs, and beside
 * it elsewhere, or where `mayReplace` is false. One that names several things in several ways becomes several statements.
 */
export function addSubjectClaims(entry: DraftedEntry, mayReplace = true): DraftedEntry[] {
  const { name, draft, notes } = entry;
  const { sub } = draft.claims;
  const { rules, kept } = sub ? readSubjects(draft.iss, sub) : { rules: [{}], kept: true };
  if (mayReplace && !kept && rules.every(each => canCombine(draft.claims, each)))
    return replaceSubject(entry, rules).map(bindTenant);
  const [common = {}] = rules.length === 1 ? rules : [];
  const added = Object.fromEntries(Object.entries(common).filter(([claim]) => !(claim in draft.claims)));
  const bound = { ...draft, claims: { ...added, ...draft.claims } };
  const says = Object.keys(added).length === 0 ? [] : [KEPT];
  const named = 'repository_owner' in added && !hasIds(bound.claims) ? [NO_IDS] : [];
  return [bindTenant({ name, draft: bound, notes: [...notes, ...says, ...named] })];
}

function listDraftComplaints(draft: DraftStatement, effect: Effect, facts: IssuerFacts) {
  const complaints = new Complaints();
  const tree = parse('', new Document(draft).toString(), complaints);
  if (tree)
    compileStatement(tree, { effect, index: 0, issuers: new Map([[facts.issuer, facts]]) }, complaints);
  return complaints.all;
}

function noteMissingRow(draft: DraftStatement): ImportNote {
  const rule = draft.claims['sub'] ?? {};
  const bound = 'equals' in rule || 'in' in rule;
  const how = bound ? 'bind: [sub]' : 'single_tenant: true, if nobody but you gets tokens of it';
  return noteExact(`broker.yml needs a row for ${draft.iss}, with its jwks_uri and ${how}.`);
}

/** The entry as it is, or left out with the loader's own reason when it would refuse the statement. */
export function checkLoadable(entry: ImportEntry, effect: Effect): ImportEntry {
  const { name, draft, notes } = entry;
  if (!draft) return entry;
  const facts = findFacts(draft.iss);
  if (Object.keys(draft.claims).length === 0 && !draft.request)
    return omitStatement(name, `it asks for no claim, so each token that ${draft.iss} signs would do.`);
  const complaints = listDraftComplaints(draft, effect, facts);
  if (complaints.length > 0) return omitInPart(name, draft, ...complaints.map(each => each.message));
  return facts.vocabulary ? entry : { name, draft, notes: [...notes, noteMissingRow(draft)] };
}

/** The entries as they are, or the first of them as a draft for its reader where there are reasons to leave them out. */
export function finishEntries(
  entries: readonly DraftedEntry[],
  reasons: readonly string[],
  effect: Effect = 'trust',
): ImportEntry[] {
  const [first] = entries;
  if (first && reasons.length > 0) return [omitInPart(first.name, first.draft, ...reasons)];
  return entries.map(each => checkLoadable(each, effect));
}

export const AUDIENCE = noteExact(
  'The audience was not carried over: a token for the broker is minted for the broker.',
);
export function noteNarrower(claim: string, says: string): ReturnType<typeof noteLoss> {
  return noteLoss(`${claim} is narrower here: ${says}.`);
}
