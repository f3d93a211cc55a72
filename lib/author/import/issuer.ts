import { Document } from 'yaml';
import { issuerRow } from '../../config/issuers.ts';
import type { Complaint } from '../../policy/complaint.ts';
import type { IssuerFacts } from '../../policy/issuer.ts';
import { parse } from '../../policy/parse.ts';
import { type Effect, statementOf } from '../../policy/statement.ts';
import { PRESETS, presetOf } from '../../token/presets.ts';
import { type Draft, type Entry, exact, leftOut, lost, type Rule } from './imported.ts';

/** What is known of an issuer without a broker.yml: its preset, or that nothing is. */
export const factsOf = (issuer: string): IssuerFacts => {
  const tree = parse('', JSON.stringify({ issuer }), () => {});
  const known = presetOf(issuer) && tree && issuerRow(tree, () => {})?.row;
  return known || { ...UNKNOWN, issuer };
};

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

/** The parts of a default `sub` that have a claim of their own, by preset. */
const PARTS: { readonly [issuer: string]: readonly (readonly [claim: string, part: RegExp])[] } = {
  [PRESETS.buildkite.issuer ?? '']: [
    ['organization_slug', /^organization:([A-Za-z0-9-]+):/],
    ['pipeline_slug', /^organization:[A-Za-z0-9-]+:pipeline:([\w.-]+):/],
  ],
  [PRESETS['github-actions'].issuer ?? '']: [
    ['repository_owner', /^repo:([A-Za-z0-9-]+)\//],
    ['repository', /^repo:([A-Za-z0-9-]+\/[\w.-]+):/],
  ],
};

const positives = (rule: Rule | undefined): string[] =>
  ['equals', 'in', 'matches'].flatMap(operator => [rule?.[operator] ?? []].flat().map(String));

const PARTS_NOTE = exact('What sub names is bound by claims of its own too.');

/**
 * The statement with the claims that its `sub` names, bound too: a narrower one, and for tokens with the usual `sub`
 * the same. No binding demand is met by `sub` itself at the issuers of `PARTS`.
 */
export const withParts = ({ name, draft, notes }: Entry & { readonly draft: Draft }): Entry => {
  const subjects = positives(draft.claims['sub']);
  const found = (PARTS[draft.iss] ?? []).flatMap(([claim, part]) => {
    const values = subjects.map(subject => part.exec(subject)?.[1]);
    if (claim in draft.claims || values.length === 0 || !values.every(each => each !== undefined)) return [];
    const [first = '', ...others] = new Set(values);
    return [[claim, others.length === 0 ? { equals: first } : { in: [first, ...others] }] as const];
  });
  const bound = { ...draft, claims: { ...Object.fromEntries(found), ...draft.claims } };
  return { name, draft: bound, notes: found.length > 0 ? [...notes, PARTS_NOTE] : notes };
};

const complaintsOf = (draft: Draft, effect: Effect, facts: IssuerFacts): Complaint[] => {
  const complaints: Complaint[] = [];
  const complain = (rule: Complaint['rule'], place: Complaint['place'], message: string): void =>
    void complaints.push({ rule, place, message });
  const tree = parse('', new Document(draft).toString(), complain);
  if (tree) statementOf(tree, { effect, index: 0, issuers: new Map([[facts.issuer, facts]]) }, complain);
  return complaints;
};

/** The entry as it is, or left out with the loader's own reason when it would refuse the statement. */
export const loadable = (entry: Entry, effect: Effect): Entry => {
  const { name, draft, notes } = entry;
  if (!draft) return entry;
  const facts = factsOf(draft.iss);
  const complaints = complaintsOf(draft, effect, facts);
  if (complaints.length > 0) return { ...leftOut(name, ...complaints.map(({ message }) => message)) };
  const row = exact(`broker.yml needs a row for ${draft.iss}, and a claim in it that binds the tenant.`);
  return facts.vocabulary ? entry : { name, draft, notes: [...notes, row] };
};

export const AUDIENCE = exact(
  'The audience was not carried over: a token for the broker is minted for the broker.',
);
export const narrower = (claim: string, says: string): ReturnType<typeof lost> =>
  lost(`${claim} is narrower here: ${says}.`);
