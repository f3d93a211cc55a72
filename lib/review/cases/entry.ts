import { findFamily } from '../../jobs/scenarios.ts';
import { type Claims, findClaim } from '../../policy/claims.ts';
import type { Unblocked } from '../../policy/demand.ts';
import { nameApprover } from '../explain/demand-text.ts';
import { writeYaml } from '../explain/written.ts';
import { type CaseGround, compareClaims, type Proposal } from './proposal.ts';

/** A case as it stands in a file, but for its name. */
export type UnnamedEntry = {
  readonly proposal: Proposal;
  /** The case whose claims it starts from. */
  readonly from: CaseEntry | undefined;
  /** The scenario that says all that it changes in them. */
  readonly as: string | undefined;
};

/** A case as it stands in a file. */
export type CaseEntry = UnnamedEntry & { readonly name: string };

function formatSecond(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

function writeCaseLine(key: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`    ${key}: ${value}`];
}

function writeClaims(claims: Claims): string | undefined {
  return Object.keys(claims).length === 0 ? undefined : writeYaml(claims);
}

/** The scenario that the claims start from; a broker with two issuers of one preset must be told which. */
function findStartingScenario(
  proposal: Proposal,
  ground: CaseGround,
): { word: string; usual: Claims } | undefined {
  const iss = String(findClaim(proposal.claims, 'iss'));
  const preset = ground.rows.get(iss)?.preset;
  const found = proposal.family && findFamily(preset);
  if (!found) return undefined;
  const alone = [...ground.rows.values()].filter(row => row.preset === preset).length === 1;
  return { word: `${found.word}/push`, usual: { ...(alone ? { iss } : {}), ...found.family.usual } };
}

/** By its own claims, on those of a plain job where it is one. */
function writeOwnClaims(proposal: Proposal, ground: CaseGround): string[] {
  const scenario = findStartingScenario(proposal, ground);
  if (!scenario) return writeCaseLine('claims', writeYaml(proposal.claims));
  const { claims } = compareClaims(scenario.usual, proposal.claims);
  return [...writeCaseLine('from', scenario.word), ...writeCaseLine('claims', writeClaims(claims))];
}

function writeClaimLines(entry: CaseEntry, ground: CaseGround): string[] {
  const { proposal, from, as } = entry;
  if (!from) return writeOwnClaims(proposal, ground);
  const { claims, without } = compareClaims(from.proposal.claims, proposal.claims);
  return [
    ...writeCaseLine('from', writeYaml(from.name)),
    ...writeCaseLine('as', as),
    ...(as === undefined ? writeCaseLine('claims', writeClaims(claims)) : []),
    ...writeCaseLine('without', without.length === 0 ? undefined : writeYaml([...without])),
  ];
}

function writeApproved(unblocked: Unblocked | undefined, policy: CaseGround['policy']): string | undefined {
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
    ...writeClaimLines(entry, ground),
    ...writeCaseLine('source_ip', context.sourceAddress && writeYaml(context.sourceAddress)),
    ...writeCaseLine('job', context.job?.state),
    ...writeCaseLine('approved', writeApproved(context.job?.unblocked, ground.policy)),
    ...writeCaseLine('method', method),
    ...writeCaseLine('at', ends ? formatSecond(context.now) : undefined),
    ...writeCaseLine('request', seconds === undefined ? undefined : writeYaml({ seconds })),
    'allow' in expected ? `    allow: ${writeYaml(expected.allow)}` : `    deny: ${expected.deny}`,
    ...writeCaseLine(
      'scopes',
      'allow' in expected && expected.scopes ? writeYaml([...expected.scopes]) : undefined,
    ),
  ].join('\n');
}
