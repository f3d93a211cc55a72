import { sampleOf } from '../../jobs/sample.ts';
import { SCENARIOS } from '../../jobs/scenarios.ts';
import { type Claims, findClaim } from '../../policy/claims.ts';
import type { Shown } from '../compare/difference.ts';
import { type Holder, holders } from '../compare/holders.ts';
import { written } from '../explain/written.ts';
import type { Witness } from '../space/witness.ts';
import { type Entry, entryText } from './entry.ts';
import { mutantsOf } from './mutants.ts';
import { asRole, beforeEveryEnd, otherwise, type Policy } from './otherwise.ts';
import { changed, type Ground, propose, proposed, saidOf, same } from './proposal.ts';
import { widerCases } from './widening.ts';

/** In characters: two of them and how a name ends fit into the 128 that it may have. */
const MAX_PART = 45;

/** The first that is short enough: a name that is cut within a word says nothing. */
function short(...ways: readonly string[]): string {
  return ways.find(way => way.length <= MAX_PART) ?? 'another claim';
}

function told({ claims, without }: { claims: Claims; without: readonly string[] }): string[] {
  return [
    ...Object.entries(claims).map(([name, value]) => short(`${name} ${written(value)}`, `another ${name}`)),
    ...without.map(name => short(`no ${name}`)),
  ];
}

function joined(parts: readonly string[]): string {
  return parts.length > 2 ? `${parts[0]} and ${parts.length - 1} more` : parts.join(' and ');
}

/** What sets the case apart from the one that it starts from, and how it ends. */
function nameOf({ proposal, from, as }: Omit<Entry, 'name'>): string {
  const { claims, family, expected, context } = proposal;
  const base = from?.proposal.claims ?? { ...family?.usual, iss: findClaim(claims, 'iss') ?? null };
  const apart = as === undefined ? told(changed(base, claims)) : [as];
  const address = context.sourceAddress;
  const moved = address !== undefined && address !== from?.proposal.context.sourceAddress;
  const words = joined([...apart, ...(moved ? [`from ${address}`] : [])]);
  return `${words || (from ? 'another time' : 'a plain job')} is ${'allow' in expected ? 'allowed' : 'denied'}`;
}

/** Under a name that no case of the file has yet. */
function named(entry: Omit<Entry, 'name'>, taken: ReadonlySet<string>): Entry {
  const plain = nameOf(entry);
  let name = plain;
  for (let next = 2; taken.has(name); next++) name = `${plain} (${next})`;
  return { name, ...entry };
}

function witnessOf(shown: Shown | undefined) {
  return shown === undefined || shown === 'undecided' ? undefined : shown.witness;
}

function allowedBy({ statement, shown }: Holder, ground: Ground): Entry[] {
  const witness = witnessOf(shown);
  const found = witness && propose(witness, ground, { base: undefined, other: undefined });
  const { expected } = found?.proposal ?? {};
  // A time within a second is none that a case can say, and then another statement may be the first that holds.
  if (!found || !expected || !('allow' in expected) || expected.allow !== statement.id) return [];
  return [{ name: `${statement.id} is allowed`, proposal: found.proposal, from: undefined, as: undefined }];
}

/** A case for each trust statement, that it alone allows. */
function allowed(ground: Ground): Entry[] {
  const asked = { sampleOf, from: beforeEveryEnd(ground.policy) };
  const all = holders(asRole(ground.policy), { roles: [], rows: ground.rows }, asked);
  return all.flatMap(holder => allowedBy(holder, ground));
}

function noticed(entries: readonly Entry[], mutant: Policy, { rows }: Ground): boolean {
  return entries.some(({ proposal }) => !same(saidOf(mutant, rows, proposal), proposal.expected));
}

/** What there is to build on: the ground, and the cases that are there, of which those that are allowed come first. */
type Site = {
  readonly ground: Ground;
  readonly entries: readonly Entry[];
  /** The names of all cases of the file, also of those that are not built on. */
  readonly taken: ReadonlySet<string>;
};

/** A kind of job that notices the mutant, on the claims of a case of the same vendor. */
function byScenario(mutant: Policy, { ground, entries }: Site): Omit<Entry, 'name'> | undefined {
  for (const from of entries) {
    const preset = ground.rows.get(String(from.proposal.claims['iss']))?.preset;
    for (const [as, { family, changes }] of SCENARIOS) {
      if (family.preset !== preset) continue;
      const claims = { ...from.proposal.claims, ...changes };
      const proposal = proposed({ ...from.proposal, claims }, ground, mutant);
      if (proposal) return { proposal, from, as };
    }
  }
  return undefined;
}

function byWitness(
  mutant: Policy,
  witness: Witness,
  { ground, entries }: Site,
): Omit<Entry, 'name'> | undefined {
  const from = entries.find(({ proposal }) => proposal.claims['iss'] === witness.issuer);
  const found = propose(witness, ground, { base: from?.proposal, other: mutant });
  return found && { proposal: found.proposal, from: found.onBase ? from : undefined, as: undefined };
}

/** A case that notices the mutant, on the claims of one that is there; undefined where none could be told. */
export function noticing(mutant: Policy, shown: Shown, site: Site): Entry | undefined {
  const witness = witnessOf(shown);
  const found = byScenario(mutant, site) ?? (witness && byWitness(mutant, witness, site));
  return found && named(found, site.taken);
}

const HEAD = `# A first set, written from the policy as it is: it allows what the policy allows today, meant or not.
# Read each case, and change what is not meant.
cases:
`;

/** A first file of cases: one for each trust statement, and for each mutant one that notices it. */
export function firstCases(ground: Ground): string {
  const entries = allowed(ground);
  for (const { policy } of mutantsOf(ground.policy)) {
    const shown = noticed(entries, policy, ground)
      ? undefined
      : otherwise(ground.policy, policy, ground.rows);
    const entry =
      shown && noticing(policy, shown, { ground, entries, taken: new Set(entries.map(({ name }) => name)) });
    if (entry) entries.push(entry);
  }
  entries.push(...widerCases(entries, ground));
  return `${HEAD}${entries.map(entry => entryText(entry, ground)).join('\n\n')}\n`;
}
