import { findSampleClaims } from '../../jobs/sample.ts';
import { SCENARIOS } from '../../jobs/scenarios.ts';
import { type Claims, findClaim } from '../../policy/claims.ts';
import type { ShownRequest } from '../compare/difference.ts';
import { findHolders, type Holder } from '../compare/holders.ts';
import type { PolicyItem } from '../compare/item.ts';
import { writeYaml } from '../explain/written.ts';
import type { Witness } from '../space/witness.ts';
import { type CaseEntry, type UnnamedEntry, writeEntry } from './entry.ts';
import { createMutants } from './mutants.ts';
import { convertToRole, findDifferingRequest, findMomentBeforeEnds } from './otherwise.ts';
import {
  type CaseGround,
  compareClaims,
  decideExpected,
  isSameOutcome,
  proposeCase,
  proposeFromWitness,
} from './proposal.ts';
import { proposeWiderCases } from './widening.ts';

/** In characters: two of them and how a name ends fit into the 128 that it may have. */
const MAX_PART = 45;

/** The first that is short enough: a name that is cut within a word says nothing. */
function chooseShort(...ways: readonly string[]): string {
  return ways.find(way => way.length <= MAX_PART) ?? 'another claim';
}

function nameChanges(changes: { claims: Claims; without: readonly string[] }): string[] {
  return [
    ...Object.entries(changes.claims).map(([name, value]) =>
      chooseShort(`${name} ${writeYaml(value)}`, `another ${name}`),
    ),
    ...changes.without.map(name => chooseShort(`no ${name}`)),
  ];
}

function joinParts(parts: readonly string[]): string {
  return parts.length > 2 ? `${parts[0]} and ${parts.length - 1} more` : parts.join(' and ');
}

/** Names a case by what sets it apart from the one that it starts from, and by how it ends. */
function nameEntry(entry: UnnamedEntry): string {
  const { proposal, from, as } = entry;
  const { claims, family, expected, context } = proposal;
  const base = from?.proposal.claims ?? { ...family?.usual, iss: findClaim(claims, 'iss') ?? null };
  const apart = as === undefined ? nameChanges(compareClaims(base, claims)) : [as];
  const address = context.sourceAddress;
  const moved = address !== undefined && address !== from?.proposal.context.sourceAddress;
  const words = joinParts([...apart, ...(moved ? [`from ${address}`] : [])]);
  return `${words || (from ? 'another time' : 'a plain job')} is ${'allow' in expected ? 'allowed' : 'denied'}`;
}

/** Under a name that no case of the file has yet. */
function createUniqueEntry(entry: UnnamedEntry, taken: ReadonlySet<string>): CaseEntry {
  const plain = nameEntry(entry);
  let name = plain;
  for (let next = 2; taken.has(name); next++) name = `${plain} (${next})`;
  return { name, ...entry };
}

function findWitness(shown: ShownRequest | undefined) {
  return shown === undefined || shown === 'undecided' ? undefined : shown.witness;
}

function createAllowedEntry(holder: Holder, ground: CaseGround): CaseEntry[] {
  const witness = findWitness(holder.shown);
  const found = witness && proposeFromWitness(witness, ground, { base: undefined, other: undefined });
  const { expected } = found?.proposal ?? {};
  // A time within a second is none that a case can say, and then another statement may be the first that holds.
  if (!found || !expected || !('allow' in expected) || expected.allow !== holder.statement.id) return [];
  return [
    { name: `${holder.statement.id} is allowed`, proposal: found.proposal, from: undefined, as: undefined },
  ];
}

/** A case for each trust statement, that it alone allows. */
function listAllowedEntries(ground: CaseGround): CaseEntry[] {
  const asked = { findSample: findSampleClaims, from: findMomentBeforeEnds(ground.policy) };
  const all = findHolders(convertToRole(ground.policy), { roles: [], rows: ground.rows }, asked);
  return all.flatMap(holder => createAllowedEntry(holder, ground));
}

function isNoticed(entries: readonly CaseEntry[], mutant: PolicyItem, ground: CaseGround): boolean {
  return entries.some(
    ({ proposal }) => !isSameOutcome(decideExpected(mutant, ground.rows, proposal), proposal.expected),
  );
}

/** The ground to build on, and the cases that are there, of which those that are allowed come first. */
type EntrySite = {
  readonly ground: CaseGround;
  readonly entries: readonly CaseEntry[];
  /** The names of all cases of the file, also of those that are not built on. */
  readonly taken: ReadonlySet<string>;
};

/** A kind of job that notices the mutant, on the claims of a case of the same vendor. */
function findNoticingScenario(mutant: PolicyItem, site: EntrySite): UnnamedEntry | undefined {
  for (const from of site.entries) {
    const preset = site.ground.rows.get(String(from.proposal.claims['iss']))?.preset;
    for (const [as, { family, changes }] of SCENARIOS) {
      if (family.preset !== preset) continue;
      const claims = { ...from.proposal.claims, ...changes };
      const proposal = proposeCase({ ...from.proposal, claims }, site.ground, mutant);
      if (proposal) return { proposal, from, as };
    }
  }
  return undefined;
}

function findNoticingWitness(
  mutant: PolicyItem,
  witness: Witness,
  site: EntrySite,
): UnnamedEntry | undefined {
  const from = site.entries.find(({ proposal }) => proposal.claims['iss'] === witness.issuer);
  const found = proposeFromWitness(witness, site.ground, { base: from?.proposal, other: mutant });
  return found && { proposal: found.proposal, from: found.onBase ? from : undefined, as: undefined };
}

/** A case that notices the mutant, on the claims of one that is there; undefined where none could be told. */
export function proposeNoticing(
  mutant: PolicyItem,
  shown: ShownRequest,
  site: EntrySite,
): CaseEntry | undefined {
  const witness = findWitness(shown);
  const found = findNoticingScenario(mutant, site) ?? (witness && findNoticingWitness(mutant, witness, site));
  return found && createUniqueEntry(found, site.taken);
}

const HEAD = `# A first set, written from the policy as it is: it allows what the policy allows today, meant or not.
# Read each case, and change what is not meant.
cases:
`;

/** A first file of cases: one for each trust statement, and for each mutant one that notices it. */
export function writeFirstCases(ground: CaseGround): string {
  const entries = listAllowedEntries(ground);
  for (const { policy } of createMutants(ground.policy)) {
    const shown = isNoticed(entries, policy, ground)
      ? undefined
      : findDifferingRequest(ground.policy, policy, ground.rows);
    const entry =
      shown &&
      proposeNoticing(policy, shown, { ground, entries, taken: new Set(entries.map(({ name }) => name)) });
    if (entry) entries.push(entry);
  }
  entries.push(...proposeWiderCases(entries, ground));
  return `${HEAD}${entries.map(entry => writeEntry(entry, ground)).join('\n\n')}\n`;
}
