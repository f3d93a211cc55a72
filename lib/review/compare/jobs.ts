import { listJobKinds } from '../../jobs/jobs.ts';
import type { JobKind } from '../../jobs/kind.ts';
import type { Statement } from '../../policy/statement.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { isDisjoint } from '../space/plain.ts';
import { createClaimCondition, createProbe } from '../space/probe.ts';
import {
  type Admission,
  createBox,
  createSearchSpace,
  findAdmission,
  type SearchedPolicy,
  searchSpace,
} from '../space/space.ts';

/**
 * A policy's answer to a kind of job: some token of it is admitted, none is, or the token tells nothing of the
 * kind, so that whatever looks like it is admitted.
 */
export type JobAnswer = 'admits' | 'excludes' | 'untold';

export type JudgedJob = { readonly kind: JobKind; readonly answer: JobAnswer };

/** A trust statement and what it thinks of each kind of job of its issuer. */
export type StatementJobs = { readonly statement: Statement; readonly jobs: readonly JudgedJob[] };

/** No clock is asked: a statement that will end is still there. */
const FROM_THE_FIRST = 0;

/** Asks for a job of this kind, by all that such a job tells of itself in its token. */
export function createJobProbe(kind: JobKind, issuer: string): Statement {
  const { name, tells = [] } = kind;
  return createProbe(
    name,
    issuer,
    tells.map(([claim, operator, ...operands]) => createClaimCondition(claim, operator, operands)),
  );
}

/**
 * Exact, for every token there can be: which kinds of jobs each trust statement admits, past the guard and the
 * denies.
 */
export function judgeJobs(role: SearchedPolicy, rows: ReadonlyMap<string, IssuerRow>): StatementJobs[] {
  const issuers = [...new Set(role.trust.map(each => each.issuer))];
  return issuers.flatMap(issuer => {
    const row = rows.get(issuer);
    return row ? judgeIssuer({ ...role, disabled: undefined }, row) : [];
  });
}

function judgeIssuer(role: SearchedPolicy, row: IssuerRow): StatementJobs[] {
  const { issuer } = row;
  const kinds = listJobKinds(row.preset);
  const trust = role.trust.filter(each => each.issuer === issuer);
  const probes = kinds
    .filter(each => each.tells !== undefined)
    .map(kind => createJobProbe(kind, issuer))
    .filter(kind => trust.some(each => !isDisjoint(kind.conditions, each.conditions)));
  const standing = { role, row };
  const space = createSearchSpace({
    issuer,
    standings: [standing],
    statements: probes,
    from: FROM_THE_FIRST,
  });
  const admission = findAdmission(space, standing);
  return admission.trust.map(({ statement, box }) => {
    const admitted = probes.filter(each => {
      if (isDisjoint(each.conditions, statement.conditions)) return false;
      const inside = [...box, ...createBox(space, each, role)];
      return searchSpace(space, inside, listDenyBoxes(admission)) !== 'none';
    });
    const names = new Set(admitted.map(each => each.id));
    return { statement, jobs: kinds.map(kind => ({ kind, answer: answerForKind(kind, names) })) };
  });
}

function listDenyBoxes(admission: Admission): Admission['deny'][number]['box'][] {
  return admission.deny.map(each => each.box);
}

function answerForKind(kind: JobKind, admitted: ReadonlySet<string>): JobAnswer {
  const { name, tells, like } = kind;
  if (tells !== undefined) return admitted.has(name) ? 'admits' : 'excludes';
  return like === undefined || admitted.has(like) ? 'untold' : 'excludes';
}

/** The kinds that a whole policy admits, excludes or cannot tell: by any of its statements, the most open answer. */
export function summarizeJobs(all: readonly StatementJobs[]): JudgedJob[] {
  const answers = new Map<string, JudgedJob>();
  for (const judged of all.flatMap(each => each.jobs)) {
    const key = `${judged.kind.name} ${judged.kind.source}`;
    const known = answers.get(key);
    if (!known || OPENNESS[judged.answer] > OPENNESS[known.answer]) answers.set(key, judged);
  }
  return [...answers.values()];
}

const OPENNESS: { readonly [answer in JobAnswer]: number } = { excludes: 0, untold: 1, admits: 2 };
