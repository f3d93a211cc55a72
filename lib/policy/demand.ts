import type { Truth } from './condition.ts';

/** Demands that a role may make of the job beside its trust. */
export const DEMANDS = ['running', 'approval'] as const;
export type DemandName = (typeof DEMANDS)[number];

/** Somebody of broker.yml, by the id that Buildkite knows them by. */
export type Person = { readonly name: string; readonly id: string };

/** A block step of the token's own build that one of these unblocked, at most so many seconds ago. */
export type ApprovalDemand = {
  readonly step: string;
  readonly by: readonly Person[];
  readonly within: number;
};

/** That somebody unblocked a block step: by whose id, and when by the event's own time, in seconds since the epoch. */
export type Unblocked = { readonly step: string; readonly by: string; readonly at: number };

/** Facts that events have told of the job of a token, and of its build. */
export type JobFacts = {
  /** `unknown`: no event has told of it, or what was told is of another build. */
  readonly state: 'running' | 'finished' | 'unknown';
  /** The build's UUID, by the job's own event; undefined while nothing is known. */
  readonly build?: string | undefined;
  /** The step that the role waits for, once it is unblocked in that build. */
  readonly unblocked?: Unblocked | undefined;
};

/** Why a demand is met, or is not. */
export type DemandWhy =
  | 'holds'
  | 'suspended'
  | 'finished'
  | 'unknown'
  | 'not_unblocked'
  | 'other_person'
  | 'too_old';

/** One demand, and what became of it. */
export type DemandCheck = {
  readonly demand: DemandName;
  readonly truth: Truth;
  readonly why: DemandWhy;
  /** The approval that is wanted. */
  readonly wanted?: ApprovalDemand | undefined;
  /** The approval that was found. */
  readonly unblocked?: Unblocked | undefined;
};

/** As much of a role as demands something of a job. */
export type Demanding = {
  readonly running?: true | undefined;
  readonly approval?: ApprovalDemand | undefined;
  readonly issuers: Readonly<Record<string, { readonly running?: true | undefined }>>;
};

/** Facts of the request for which demands are checked. */
export type DemandContext = {
  readonly now: number;
  readonly job?: JobFacts | undefined;
  readonly suspended?: readonly DemandName[] | undefined;
};

/** Seconds by which the clock of events may be ahead of ours, as that of issuers may. */
const AHEAD = 30;

const NOTHING: readonly DemandName[] = [];

/** Lists the demands of a role on a job of this issuer, made by itself or by the issuer's row. */
export function listDemands(role: Demanding, issuer: string): readonly DemandName[] {
  const { running, approval, issuers } = role;
  const runs = running ?? issuers[issuer]?.running;
  // Of most roles: no list is made for each of their exchanges.
  if (!runs && !approval) return NOTHING;
  return [...(runs ? ['running' as const] : []), ...(approval ? ['approval' as const] : [])];
}

function judgeRunning(context: DemandContext): readonly [Truth, DemandWhy] {
  if (context.job?.state === 'running') return ['true', 'holds'];
  return context.job?.state === 'finished' ? ['false', 'finished'] : ['doubt', 'unknown'];
}

function judgeApproval(wanted: ApprovalDemand, context: DemandContext): readonly [Truth, DemandWhy] {
  const { by, step, within } = wanted;
  const { job, now } = context;
  if (job?.build === undefined) return ['doubt', 'unknown'];
  const { unblocked } = job;
  if (unblocked?.step !== step) return ['false', 'not_unblocked'];
  if (!by.some(({ id }) => id === unblocked.by)) return ['false', 'other_person'];
  // Not `>`: a time that is no number is in doubt, and never young.
  if (!(unblocked.at <= now + AHEAD)) return ['doubt', 'unknown'];
  return now - unblocked.at <= within ? ['true', 'holds'] : ['false', 'too_old'];
}

/** Checks all that a role demands of a job of this issuer. Pure: what is known is handed in, and in doubt nothing is met. */
export function checkDemands(role: Demanding, issuer: string, context: DemandContext): DemandCheck[] {
  return listDemands(role, issuer).map(demand => {
    const wanted = demand === 'approval' ? role.approval : undefined;
    const found = wanted ? { wanted, unblocked: context.job?.unblocked } : {};
    if (context.suspended?.includes(demand)) return { demand, truth: 'true', why: 'suspended', ...found };
    const [truth, why] = wanted ? judgeApproval(wanted, context) : judgeRunning(context);
    return { demand, truth, why, ...found };
  });
}

/** The demand that stands in the way: one that is not met comes before one of which nothing is known. */
export function findUnmetDemand(checks: readonly DemandCheck[]): DemandCheck | undefined {
  return checks.find(({ truth }) => truth === 'false') ?? checks.find(({ truth }) => truth === 'doubt');
}

/** Why a role is not given for the sake of its job. `job_unknown`: nothing was told yet, which is no denial. */
export type DemandReason = 'job_finished' | 'job_unknown' | 'approval_missing' | 'approval_too_old';

const REASONS: { readonly [why in DemandWhy]?: DemandReason } = {
  finished: 'job_finished',
  not_unblocked: 'approval_missing',
  other_person: 'approval_missing',
  too_old: 'approval_too_old',
};

/** The reason that stands for a demand which is not met. */
export function findDemandReason(check: DemandCheck): DemandReason {
  return REASONS[check.why] ?? 'job_unknown';
}
