import type { Claims } from '../../policy/claims.ts';
import type { Statement } from '../../policy/statement.ts';
import { findAdmitting } from '../space/admits.ts';
import type { Box, SearchResult } from '../space/search.ts';
import {
  type Admission,
  findAdmission,
  type GuardedPolicy,
  type PlacedStatement,
  type SearchSpace,
  searchSpace,
} from '../space/space.ts';
import type { Witness } from '../space/witness.ts';
import { createWitness } from '../space/witness.ts';
import { describeObstacle } from './telling.ts';

/** A request of which two versions of a role think otherwise, or that it could not be told. */
export type ShownRequest = { readonly witness: Witness } | 'undecided';

/** Requests that one version admits and another does not, by the statement that admits them. */
export type Gain = {
  readonly statement: Statement;
  readonly shown: ShownRequest;
  /** The reason, in words, why the request that is shown was kept out before. */
  readonly telling?: string | undefined;
};

/** A request that both admit and to which one gives scopes that the other does not. */
export type ScopeGain = Gain & { readonly scopes: readonly string[] };

/** The space to search, and the claims of a plain job, which a witness has too where they fit. */
export type SearchQuestion = { readonly space: SearchSpace; readonly sample: Claims };

type ConfirmWitness = (witness: Witness) => boolean;

/** No request is shown that `decide` does not bear out: two claims can be one behind a JSON Pointer. */
export function showRequest(
  found: SearchResult,
  question: SearchQuestion,
  holds: ConfirmWitness,
): ShownRequest | undefined {
  if (found === 'none') return undefined;
  const witness = found === 'undecided' ? undefined : createWitness(found, question.space, question.sample);
  return witness && holds(witness) ? { witness } : 'undecided';
}

/** The first that is shown; undecided only when none is and one could be. Searches no further than it must. */
export function findFirstShown(
  searched: Iterable<SearchResult>,
  show: (found: SearchResult) => ShownRequest | undefined,
): ShownRequest | undefined {
  let doubt: ShownRequest | undefined;
  for (const found of searched) {
    const each = show(found);
    if (typeof each === 'object') return each;
    doubt ??= each;
  }
  return doubt;
}

function listBoxes(placed: readonly PlacedStatement[]): Box[] {
  return placed.map(each => each.box);
}

/**
 * Searches what is admitted by this statement and none before it, and not by the other role: nothing trusts it there,
 * or a deny strikes.
 */
function* searchGains(
  placed: PlacedStatement,
  outside: readonly Box[],
  other: Admission,
  space: SearchSpace,
): Generator<SearchResult> {
  yield searchSpace(space, placed.box, [...outside, ...listBoxes(other.trust)]);
  for (const { box } of other.deny) yield searchSpace(space, [...placed.box, ...box], outside);
}

/** Finds what `to` admits and `from` does not, by the statement that admits it. Either may be missing. */
export function findGains(
  question: SearchQuestion,
  from: GuardedPolicy | undefined,
  to: GuardedPolicy | undefined,
): Gain[] {
  const [before, after] = [findAdmission(question.space, from), findAdmission(question.space, to)];
  const deny = listBoxes(after.deny);
  return after.trust.flatMap((placed, at) => {
    // The first that holds decides, so what an earlier one admits is not this one's gain.
    const outside = [...deny, ...listBoxes(after.trust.slice(0, at))];
    const { statement } = placed;
    const holds: ConfirmWitness = witness =>
      findAdmitting(to, witness) === statement.id && findAdmitting(from, witness) === undefined;
    const found = findFirstShown(searchGains(placed, outside, before, question.space), each =>
      showRequest(each, question, holds),
    );
    if (!found) return [];
    const telling = found === 'undecided' ? undefined : describeObstacle(from, found.witness);
    return [{ statement, shown: found, telling }];
  });
}

/** Requests that both admit, by these two statements: in each role the first that holds decides. */
function searchBoth(
  before: Admission,
  after: Admission,
  [j, i]: readonly [number, number],
  space: SearchSpace,
): SearchResult {
  return searchSpace(
    space,
    [...(after.trust[i]?.box ?? []), ...(before.trust[j]?.box ?? [])],
    [
      ...listBoxes([...before.deny, ...after.deny]),
      ...listBoxes(after.trust.slice(0, i)),
      ...listBoxes(before.trust.slice(0, j)),
    ],
  );
}

/** Scopes that `to` gives to a request which `from` admits with fewer. */
export function findScopeGains(
  question: SearchQuestion,
  from: GuardedPolicy,
  to: GuardedPolicy,
): ScopeGain[] {
  const [before, after] = [findAdmission(question.space, from), findAdmission(question.space, to)];
  return after.trust.flatMap(({ statement }, i) =>
    before.trust.flatMap((each, j) => {
      const scopes = (statement.scopes ?? []).filter(scope => !each.statement.scopes?.includes(scope));
      const holds: ConfirmWitness = witness =>
        findAdmitting(to, witness) === statement.id && findAdmitting(from, witness) === each.statement.id;
      const found =
        scopes.length > 0 && showRequest(searchBoth(before, after, [j, i], question.space), question, holds);
      return found ? [{ statement, scopes, shown: found }] : [];
    }),
  );
}
