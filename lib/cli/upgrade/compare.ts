import type { Direction } from '../../review/compare/direction.ts';
import { compareMembers, type MemberChange } from '../../review/compare/members.ts';
import type { JudgedPolicy } from '../judge/policy.ts';
import type { Judgement } from '../judge/request.ts';

/** The judgement of one version: its reading of each policy, and its decisions of the requests of both. */
export type VersionJudgement = {
  readonly version: string;
  readonly engine: string;
  readonly policies: readonly JudgedPolicy[];
  /** In the order of the requests. */
  readonly decisions: readonly Judgement[];
};

/** A role or registry in which the versions read something else. */
export type ReadOtherwise = {
  readonly of: JudgedPolicy['of'];
  readonly name: string;
  /** Empty: the text is read alike, and the engine or something inside of it is another. */
  readonly members: readonly MemberChange[];
};

/** A request that the versions decide otherwise. */
export type DecidedOtherwise = {
  /** As JSON. */
  readonly request: string;
  readonly before: Judgement;
  readonly after: Judgement;
  readonly turn: 'wider' | 'narrower' | 'otherwise';
};

export type VersionComparison = {
  readonly engines: { readonly before: string; readonly after: string };
  readonly policies: number;
  /** How many have the same digest: the same policy, the same issuers, the same version of the engine. */
  readonly alike: number;
  readonly read: readonly ReadOtherwise[];
  readonly asked: number;
  readonly decided: readonly DecidedOtherwise[];
};

function compareRead(before: VersionJudgement, after: VersionJudgement): ReadOtherwise[] {
  return after.policies.flatMap(({ of, name, digest, members }) => {
    const was = before.policies.find(each => each.of === of && each.name === name);
    if (was?.digest === digest) return [];
    return [{ of, name, members: compareMembers(was?.members ?? {}, members) }];
  });
}

function isMore(a: Judgement, b: Judgement): boolean {
  if (!a.allowed) return false;
  if (!b.allowed) return true;
  return a.scopes.some(scope => !b.scopes.includes(scope)) || (a.seconds ?? 0) > (b.seconds ?? 0);
}

/** Undefined where both decide alike. Of what both refuse the reason is no matter. */
function findTurn(before: Judgement, after: Judgement): DecidedOtherwise['turn'] | undefined {
  if (isMore(after, before)) return 'wider';
  if (isMore(before, after)) return 'narrower';
  const statements = [before, after].map(each => (each.allowed ? each.statement : ''));
  return statements[0] === statements[1] ? undefined : 'otherwise';
}

/** Compares what two versions make of one policy, where both were asked the same requests. */
export function compareJudgements(
  before: VersionJudgement,
  after: VersionJudgement,
  requests: readonly string[],
): VersionComparison {
  const read = compareRead(before, after);
  const decided = requests.flatMap((request, at) => {
    const [was, is] = [before.decisions[at], after.decisions[at]];
    if (!was || !is) throw new Error('A version left a request undecided.');
    const turn = findTurn(was, is);
    return turn ? [{ request, before: was, after: is, turn }] : [];
  });
  return {
    engines: { before: before.engine, after: after.engine },
    policies: after.policies.length,
    alike: after.policies.length - read.length,
    read,
    asked: requests.length,
    decided,
  };
}

/** Undecided, where a member is read otherwise and no request shows what follows from it. */
export function findDirection(comparison: VersionComparison): Direction {
  if (comparison.decided.some(({ turn }) => turn === 'wider')) return 'wider';
  const members = comparison.read.flatMap(each => each.members);
  return members.some(({ narrower }) => !narrower) ? 'undecided' : 'not wider';
}
