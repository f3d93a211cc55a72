import type { Claims } from '../../policy/claims.ts';
import type { Statement } from '../../policy/statement.ts';
import { admittedBy } from '../space/admits.ts';
import type { Box, Searched } from '../space/search.ts';
import type { Witness } from '../space/witness.ts';
import { witnessIn } from '../space/witness.ts';
import {
  type Admission,
  admissionOf,
  type Placed,
  type Standing,
  searchWorld,
  type World,
} from '../space/world.ts';
import { describeObstacle } from './telling.ts';

/** A request of which two versions of a role think otherwise, or that it could not be told. */
export type Shown = { readonly witness: Witness } | 'undecided';

/** What one version admits and another does not, by the statement that admits it. */
export type Gain = {
  readonly statement: Statement;
  readonly shown: Shown;
  /** What kept the request that is shown out before, in words. */
  readonly telling?: string | undefined;
};

/** A request that both admit and to which one gives scopes that the other does not. */
export type ScopeGain = Gain & { readonly scopes: readonly string[] };

/** What is asked: in which world, and the claims of a plain job, which a witness has too where they fit. */
export type Question = { readonly world: World; readonly sample: Claims };

type Holds = (witness: Witness) => boolean;

/** No request is shown that `decide` does not bear out: two claims can be one behind a JSON Pointer. */
export function shown(found: Searched, { world, sample }: Question, holds: Holds): Shown | undefined {
  if (found === 'none') return undefined;
  const witness = found === 'undecided' ? undefined : witnessIn(found, world, sample);
  return witness && holds(witness) ? { witness } : 'undecided';
}

/** The first that is shown; undecided only when none is and one could be. Searches no further than it must. */
export function firstOf(
  searched: Iterable<Searched>,
  show: (found: Searched) => Shown | undefined,
): Shown | undefined {
  let doubt: Shown | undefined;
  for (const found of searched) {
    const each = show(found);
    if (typeof each === 'object') return each;
    doubt ??= each;
  }
  return doubt;
}

function boxes(placed: readonly Placed[]): Box[] {
  return placed.map(({ box }) => box);
}

/** What is admitted by this statement and none before it, and by the other role not: nothing trusts it there, or a deny strikes. */
function* beyond(
  placed: Placed,
  outside: readonly Box[],
  other: Admission,
  world: World,
): Generator<Searched> {
  yield searchWorld(world, placed.box, [...outside, ...boxes(other.trust)]);
  for (const { box } of other.deny) yield searchWorld(world, [...placed.box, ...box], outside);
}

/** What `to` admits and `from` does not, by the statement that admits it. Either may be missing. */
export function gains(question: Question, from: Standing | undefined, to: Standing | undefined): Gain[] {
  const [before, after] = [admissionOf(question.world, from), admissionOf(question.world, to)];
  const deny = boxes(after.deny);
  return after.trust.flatMap((placed, at) => {
    // The first that holds decides, so what an earlier one admits is not this one's gain.
    const outside = [...deny, ...boxes(after.trust.slice(0, at))];
    const { statement } = placed;
    const holds: Holds = witness =>
      admittedBy(to, witness) === statement.id && admittedBy(from, witness) === undefined;
    const found = firstOf(beyond(placed, outside, before, question.world), each =>
      shown(each, question, holds),
    );
    if (!found) return [];
    const telling = found === 'undecided' ? undefined : describeObstacle(from, found.witness);
    return [{ statement, shown: found, telling }];
  });
}

function more(to: Statement, from: Statement): readonly string[] {
  return (to.scopes ?? []).filter(scope => !from.scopes?.includes(scope));
}

/** Requests that both admit, by these two statements: in each role the first that holds decides. */
function together(
  before: Admission,
  after: Admission,
  [j, i]: readonly [number, number],
  world: World,
): Searched {
  return searchWorld(
    world,
    [...(after.trust[i]?.box ?? []), ...(before.trust[j]?.box ?? [])],
    [
      ...boxes([...before.deny, ...after.deny]),
      ...boxes(after.trust.slice(0, i)),
      ...boxes(before.trust.slice(0, j)),
    ],
  );
}

/** Scopes that `to` gives to a request which `from` admits with fewer. */
export function scopeGains(question: Question, from: Standing, to: Standing): ScopeGain[] {
  const [before, after] = [admissionOf(question.world, from), admissionOf(question.world, to)];
  return after.trust.flatMap(({ statement }, i) =>
    before.trust.flatMap(({ statement: then }, j) => {
      const scopes = more(statement, then);
      const holds: Holds = witness =>
        admittedBy(to, witness) === statement.id && admittedBy(from, witness) === then.id;
      const found =
        scopes.length > 0 && shown(together(before, after, [j, i], question.world), question, holds);
      return found ? [{ statement, scopes, shown: found }] : [];
    }),
  );
}
