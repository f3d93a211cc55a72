import { findClaim } from '../../policy/claims.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { findUncovered, type Uncovered } from './coverage.ts';
import { type CaseEntry, writeEntry } from './entry.ts';
import type { TestedPolicy } from './files.ts';
import { proposeNoticing } from './first.ts';
import { createMutants } from './mutants.ts';
import { findDifferingRequest } from './otherwise.ts';
import { hasFailing, runCases, type Trial } from './trial.ts';
import { createWidened } from './widened.ts';
import { proposeNoticingWider, writeWiderEntry } from './widening.ts';

/** A mutant that no case notices, though there are requests that it treats otherwise. */
export type Survivor = {
  readonly mutant: string;
  /** A case that would notice, line by line; none where it could not be told. */
  readonly noticing: readonly string[];
};

/** A survivor that is accepted, and is none. */
type IdleAcceptance = NonNullable<TestedPolicy['written']>['accepted'][number];

/** The outcome of the cases of one role or registry. */
export type CasesResult = {
  readonly tested: TestedPolicy;
  readonly trials: readonly Trial[];
  /** Undefined where it was not asked for, or where a case fails: then nothing more can be told. */
  readonly uncovered: readonly Uncovered[] | undefined;
  readonly mutation:
    | {
        readonly tried: number;
        readonly survivors: readonly Survivor[];
        readonly idle: readonly IdleAcceptance[];
      }
    | undefined;
};

/** Checks to run beside the cases themselves. */
export type CheckOptions = { readonly coverage: boolean; readonly mutate: boolean };

type IssuerRows = ReadonlyMap<string, IssuerRow>;

/** The cases that are allowed, to build on. */
function listAllowedCases(tested: TestedPolicy): CaseEntry[] {
  return (tested.written?.cases ?? []).flatMap(({ name, claims, method, context, expected }) => {
    const iss = findClaim(claims, 'iss') ?? tested.policy.trust[0]?.issuer ?? '';
    const proposal = { claims: { ...claims, iss }, family: undefined, method, context, expected };
    return 'allow' in expected ? [{ name, proposal, from: undefined, as: undefined }] : [];
  });
}

function findSurvivors(tested: TestedPolicy, rows: IssuerRows): Survivor[] {
  const { policy, written } = tested;
  const taken = new Set(written?.cases.map(({ name }) => name));
  const site = { ground: { policy, rows }, entries: listAllowedCases(tested), taken };
  const lost = createMutants(policy).flatMap(({ id, policy: mutant }) => {
    const shown = hasFailing(mutant, rows, written?.cases ?? [])
      ? undefined
      : findDifferingRequest(policy, mutant, rows);
    const entry = shown && proposeNoticing(mutant, shown, site);
    // All that are proposed can be pasted together.
    if (entry) taken.add(entry.name);
    return shown ? [{ mutant: id, noticing: entry ? writeEntry(entry, site.ground).split('\n') : [] }] : [];
  });
  const given = createWidened(policy).flatMap(({ id, policy: mutant, by }) => {
    if (hasFailing(mutant, rows, written?.cases ?? [])) return [];
    const entry = proposeNoticingWider(by, site.entries, taken);
    if (entry) taken.add(entry.name);
    return [{ mutant: id, noticing: writeWiderEntry(entry, site.ground) }];
  });
  return [...lost, ...given];
}

function runMutants(tested: TestedPolicy, rows: IssuerRows): CasesResult['mutation'] {
  const all = findSurvivors(tested, rows);
  const accepted = tested.written?.accepted ?? [];
  return {
    tried: createMutants(tested.policy).length + createWidened(tested.policy).length,
    survivors: all.filter(({ mutant }) => !accepted.some(({ value }) => value.mutant === mutant)),
    idle: accepted.filter(({ value }) => !all.some(({ mutant }) => mutant === value.mutant)),
  };
}

/** Runs the cases of a role or a registry, and what else is wished. */
export function checkCases(tested: TestedPolicy, rows: IssuerRows, options: CheckOptions): CasesResult {
  const { policy, written } = tested;
  const trials = runCases(policy, rows, written?.cases ?? []);
  const sound = trials.every(({ differences }) => differences.length === 0);
  return {
    tested,
    trials,
    uncovered: options.coverage && sound ? findUncovered(policy, trials, rows) : undefined,
    mutation: options.mutate && sound ? runMutants(tested, rows) : undefined,
  };
}
