import { findFamily } from '../../jobs/scenarios.ts';
import { type Claims, findClaim } from '../../policy/claims.ts';
import type { Unblocked } from '../../policy/demand.ts';
import { nameApprover } from '../explain/demand-text.ts';
import { writeYaml } from '../explain/written.ts';
import { type CaseGround, compareClaims, type Proposal } from './proposal.ts';

/** A case as it stands in a file. */
export type CaseEntry = {
  readonly name: string;
  readonly proposal: Proposal;
  /** The case whose claims it starts from. */
  readonly from: CaseEntry | undefined;
  /** The scenario that says all that it changes in them. */
  readonly as: string | undefined;
};

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

function line(key: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`    ${key}: ${value}`];
}

function map(claims: Claims): string | undefined {
  return Object.keys(claims).length === 0 ? undefined : writeYaml(claims);
}

/** The scenario that the claims start from; a broker with two issuers of one preset must be told which. */
function start(
  { claims, family }: Proposal,
  { rows }: CaseGround,
): { word: string; usual: Claims } | undefined {
  const iss = String(findClaim(claims, 'iss'));
  const preset = rows.get(iss)?.preset;
  const found = family && findFamily(preset);
  if (!found) return undefined;
  const alone = [...rows.values()].filter(row => row.preset === preset).length === 1;
  return { word: `${found.word}/push`, usual: { ...(alone ? { iss } : {}), ...found.family.usual } };
}

/** By its own claims, on those of a plain job where it is one. */
function ownLines(proposal: Proposal, ground: CaseGround): string[] {
  const scenario = start(proposal, ground);
  if (!scenario) return line('claims', writeYaml(proposal.claims));
  const { claims } = compareClaims(scenario.usual, proposal.claims);
  return [...line('from', scenario.word), ...line('claims', map(claims))];
}

function claimLines({ proposal, from, as }: CaseEntry, ground: CaseGround): string[] {
  if (!from) return ownLines(proposal, ground);
  const { claims, without } = compareClaims(from.proposal.claims, proposal.claims);
  return [
    ...line('from', writeYaml(from.name)),
    ...line('as', as),
    ...(as === undefined ? line('claims', map(claims)) : []),
    ...line('without', without.length === 0 ? undefined : writeYaml([...without])),
  ];
}

function approvedText(unblocked: Unblocked | undefined, policy: CaseGround['policy']): string | undefined {
  if (!unblocked || 'methods' in policy) return undefined;
  return writeYaml({ by: nameApprover(unblocked, policy.approval?.by ?? []) });
}

/** A case as YAML, as it would stand in a list of cases. */
export function writeEntry(entry: CaseEntry, ground: CaseGround): string {
  const { name, proposal } = entry;
  const { method, context, seconds, expected } = proposal;
  const ends = [...ground.policy.trust, ...ground.policy.deny].some(({ until }) => until !== undefined);
  return [
    `  - name: ${writeYaml(name)}`,
    ...claimLines(entry, ground),
    ...line('source_ip', context.sourceAddress && writeYaml(context.sourceAddress)),
    ...line('job', context.job?.state),
    ...line('approved', approvedText(context.job?.unblocked, ground.policy)),
    ...line('method', method),
    ...line('at', ends ? iso(context.now) : undefined),
    ...line('request', seconds === undefined ? undefined : writeYaml({ seconds })),
    'allow' in expected ? `    allow: ${writeYaml(expected.allow)}` : `    deny: ${expected.deny}`,
    ...line('scopes', 'allow' in expected && expected.scopes ? writeYaml([...expected.scopes]) : undefined),
  ].join('\n');
}
