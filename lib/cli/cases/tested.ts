import type { Tested } from '../../config/cases.ts';
import { type Uncovered, uncovered } from '../../policy/coverage.ts';
import { mutantsOf } from '../../policy/mutants.ts';
import { runCases, type Trial } from '../../policy/trial.ts';
import type { Shown } from '../../space/difference.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { entryText } from './entry.ts';
import { noticing } from './first.ts';
import { otherwise, type Policy } from './otherwise.ts';
import type { Ground } from './proposal.ts';

/** A mutant that no case notices, though there are requests that it treats otherwise. */
export type Survivor = {
  readonly mutant: string;
  /** A case that would notice, line by line and without a name; none where it could not be told. */
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

const noticingLines = (mutant: Policy, shown: Shown, ground: Ground): readonly string[] => {
  const entry = noticing(mutant, shown, { ground, entries: [] });
  return entry ? entryText(entry, ground).split('\n').slice(1) : [];
};

const survivorsOf = ({ policy, written }: Tested, rows: Rows): Survivor[] =>
  mutantsOf(policy).flatMap(({ id, policy: mutant }) => {
    const noticed = runCases(mutant, rows, written?.cases ?? []).some(
      ({ differences }) => differences.length > 0,
    );
    const shown = noticed ? undefined : otherwise(policy, mutant, rows);
    return shown ? [{ mutant: id, noticing: noticingLines(mutant, shown, { policy, rows }) }] : [];
  });

const mutationOf = (tested: Tested, rows: Rows): Result['mutation'] => {
  const all = survivorsOf(tested, rows);
  const accepted = tested.written?.accepted ?? [];
  return {
    tried: mutantsOf(tested.policy).length,
    survivors: all.filter(({ mutant }) => !accepted.some(({ value }) => value.mutant === mutant)),
    idle: accepted.filter(({ value }) => !all.some(({ mutant }) => mutant === value.mutant)),
  };
};

/** Runs the cases of a role or a registry, and what else is wished. */
export const resultOf = (tested: Tested, rows: Rows, { coverage, mutate }: Wish): Result => {
  const { policy, written } = tested;
  const trials = runCases(policy, rows, written?.cases ?? []);
  const sound = trials.every(({ differences }) => differences.length === 0);
  return {
    tested,
    trials,
    uncovered: coverage && sound ? uncovered(policy, trials) : undefined,
    mutation: mutate && sound ? mutationOf(tested, rows) : undefined,
  };
};

/** Is there nothing to find? A role without cases alone is none. */
export const isClean = ({ trials, uncovered: idle = [], mutation }: Result): boolean =>
  trials.every(({ differences }) => differences.length === 0) &&
  idle.length === 0 &&
  (mutation === undefined || mutation.survivors.length + mutation.idle.length === 0);
