import type { Claims } from '../../policy/claims.ts';
import { mutantsOf } from '../../policy/mutants.ts';
import { written } from '../../policy/written.ts';
import type { Shown } from '../../space/difference.ts';
import { holders } from '../../space/holders.ts';
import { sampleOf } from '../compare/sample.ts';
import { type Entry, entryText } from './entry.ts';
import { asRole, beforeEveryEnd, otherwise, type Policy } from './otherwise.ts';
import { changed, type Ground, type Proposal, propose, saidOf } from './proposal.ts';

const told = ({ claims, without }: { claims: Claims; without: readonly string[] }): string[] => [
  ...Object.entries(claims).map(([name, value]) => `${name} ${written(value)}`),
  ...without.map(name => `no ${name}`),
];

const DECIDED = { true: 'is allowed', false: 'is denied' } as const;

/** What sets the case apart from the one that it starts from, and how it ends. */
const nameOf = ({ claims, expected, context }: Proposal, from: Entry | undefined): string => {
  const apart = [
    ...(from ? told(changed(from.proposal.claims, claims)) : []),
    ...(context.sourceAddress === undefined ? [] : [`from ${context.sourceAddress}`]),
  ];
  const ends = DECIDED[`${'allow' in expected}`];
  return `${apart.length === 0 ? 'another request' : apart.join(' and ')} ${ends}`.slice(0, 120);
};

const unique = (name: string, entries: readonly Entry[]): string =>
  entries.some(each => each.name === name) ? `${name} (${entries.length + 1})` : name;

const witnessOf = (shown: Shown | undefined) =>
  shown === undefined || shown === 'undecided' ? undefined : shown.witness;

/** A case for each trust statement, that it alone allows. */
const allowed = (ground: Ground): Entry[] => {
  const asked = { sampleOf, from: beforeEveryEnd(ground.policy) };
  const found = holders(asRole(ground.policy), { roles: [], rows: ground.rows }, asked);
  return found.flatMap(({ statement, shown }) => {
    const witness = witnessOf(shown);
    const proposal = witness && propose(witness, ground, { base: {}, other: undefined });
    return proposal ? [{ name: `${statement.id} is allowed`, proposal, from: undefined }] : [];
  });
};

const noticed = (entries: readonly Entry[], mutant: Policy, { rows }: Ground): boolean =>
  entries.some(
    ({ proposal }) => JSON.stringify(saidOf(mutant, rows, proposal)) !== JSON.stringify(proposal.expected),
  );

/** What there is to build on: the ground, and the cases that are there. */
type Site = { readonly ground: Ground; readonly entries: readonly Entry[] };

/** A case that notices the mutant, on the claims of one that is there; undefined where none could be told. */
export const noticing = (mutant: Policy, shown: Shown, { ground, entries }: Site): Entry | undefined => {
  const witness = witnessOf(shown);
  if (!witness) return undefined;
  const from = entries.find(({ proposal }) => proposal.claims['iss'] === witness.issuer);
  const base = from?.proposal.claims ?? {};
  const proposal = propose(witness, ground, { base, other: mutant });
  return proposal && { name: unique(nameOf(proposal, from), entries), proposal, from };
};

const HEAD = `# A first set, written from the policy as it is: it allows what the policy allows today, meant or not.
# Read each case, and change what is not meant.
cases:
`;

/** A first file of cases: one for each trust statement, and for each mutant one that notices it. */
export const firstCases = (ground: Ground): string => {
  const entries = allowed(ground);
  for (const { policy } of mutantsOf(ground.policy)) {
    const shown = noticed(entries, policy, ground)
      ? undefined
      : otherwise(ground.policy, policy, ground.rows);
    const entry = shown && noticing(policy, shown, { ground, entries });
    if (entry) entries.push(entry);
  }
  return `${HEAD}${entries.map(entry => entryText(entry, ground)).join('\n\n')}\n`;
};
