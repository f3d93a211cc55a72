import { findClaim } from '../../policy/claims.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { type Uncovered, uncovered } from './coverage.ts';
import { type Entry, entryText } from './entry.ts';
import type { Tested } from './files.ts';
import { noticing } from './first.ts';
import { mutantsOf } from './mutants.ts';
import { otherwise } from './otherwise.ts';
import { notices, runCases, type Trial } from './trial.ts';
import { widenedOf } from './widened.ts';
import { noticeWider, widerText } from './widening.ts';

/** A mutant that no case notices, though there are requests that it treats otherwise. */
export type Survivor = {
  readonly mutant: string;
  /** A case that would notice, line by line; none where it could not be told. */
  readonly noticing: readonly string[];
};

/** What is expected to survive, and does not. */
type Idle = NonNullable<Tested['written']>['accepted'][number];

/** What the cases of one role or registry came to. */
export type Result = {
  readonly tested: Tested;
  readonly trials: readonly Trial[];
  /** Undefined where it was not asked for, or where a case fails: then nothing more can be told. */
  readonly uncovered: readonly Uncovered[] | undefined;
  readonly mutation:
    | { readonly tried: number; readonly survivors: readonly Survivor[]; readonly idle: readonly Idle[] }
    | undefined;
};

/** What is asked for beside the cases themselves. */
export type Wish = { readonly coverage: boolean; readonly mutate: boolean };

type Rows = ReadonlyMap<string, IssuerRow>;

/** The cases that are allowed, to build on. */
function entriesOf({ policy, written }: Tested): Entry[] {
  return (written?.cases ?? []).flatMap(({ name, claims, method, context, expected }) => {
    const iss = findClaim(claims, 'iss') ?? policy.trust[0]?.issuer ?? '';
    const proposal = { claims: { ...claims, iss }, family: undefined, method, context, expected };
    return 'allow' in expected ? [{ name, proposal, from: undefined, as: undefined }] : [];
  });
}

function survivorsOf(tested: Tested, rows: Rows): Survivor[] {
  const { policy, written } = tested;
  const taken = new Set(written?.cases.map(({ name }) => name));
  const site = { ground: { policy, rows }, entries: entriesOf(tested), taken };
  const lost = mutantsOf(policy).flatMap(({ id, policy: mutant }) => {
    const shown = notices(mutant, rows, written?.cases ?? []) ? undefined : otherwise(policy, mutant, rows);
    const entry = shown && noticing(mutant, shown, site);
    // All that are proposed can be pasted together.
    if (entry) taken.add(entry.name);
    return shown ? [{ mutant: id, noticing: entry ? entryText(entry, site.ground).split('\n') : [] }] : [];
  });
  const given = widenedOf(policy).flatMap(({ id, policy: mutant, by }) => {
    if (notices(mutant, rows, written?.cases ?? [])) return [];
    const entry = noticeWider(by, site.entries, taken);
    if (entry) taken.add(entry.name);
    return [{ mutant: id, noticing: widerText(entry, site.ground) }];
  });
  return [...lost, ...given];
}

function mutationOf(tested: Tested, rows: Rows): Result['mutation'] {
  const all = survivorsOf(tested, rows);
  const accepted = tested.written?.accepted ?? [];
  return {
    tried: mutantsOf(tested.policy).length + widenedOf(tested.policy).length,
    survivors: all.filter(({ mutant }) => !accepted.some(({ value }) => value.mutant === mutant)),
    idle: accepted.filter(({ value }) => !all.some(({ mutant }) => mutant === value.mutant)),
  };
}

/** Runs the cases of a role or a registry, and what else is wished. */
export function resultOf(tested: Tested, rows: Rows, { coverage, mutate }: Wish): Result {
  const { policy, written } = tested;
  const trials = runCases(policy, rows, written?.cases ?? []);
  const sound = trials.every(({ differences }) => differences.length === 0);
  return {
    tested,
    trials,
    uncovered: coverage && sound ? uncovered(policy, trials, rows) : undefined,
    mutation: mutate && sound ? mutationOf(tested, rows) : undefined,
  };
}
