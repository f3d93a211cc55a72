import { BrokerError } from './errors.ts';
import type { Reached } from './outcome.ts';
import { type AccessRequest, type Allow, type Deny, type DenyReason, decide } from './policy/decide.ts';
import { type DemandName, listDemands } from './policy/demand.ts';
import type { Role } from './policy/role.ts';
import type { Context } from './policy/trust.ts';
import type { VerifiedToken } from './policy/verified-token.ts';
import type { JobStore } from './stores/jobs.ts';
import { findSuspended, type Switches } from './switch.ts';
import type { Journal } from './visit.ts';

/** A question that is decided for a token, at a time. */
export type Question = {
  readonly role: Role;
  readonly token: VerifiedToken;
  readonly access: AccessRequest;
  readonly context: Context;
};

/** A decision for which nothing more is to be asked. */
export type Settled = Allow | (Deny & { readonly reason: Exclude<DenyReason, 'job_unknown'> });

/** Where what events have told is looked up, and how one waits for an event that is under way. */
export type JobParts = {
  readonly jobs: Pick<JobStore, 'read'>;
  readonly switches: Switches;
  /** Waits for so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Milliseconds of a monotonic clock. */
  readonly elapsed: () => number;
};

/** Milliseconds for which an exchange waits for an event: it comes about a second after what it tells of. */
export const EVENT_WAIT = 3000;

/** Milliseconds between two looks: the first are close to each other, since most events are nearly there. */
const PAUSES = [250, 500, 750, 1000] as const;

/** Returns a decision that is settled. Throws `job_not_seen` where nothing was told of the job yet, which is no denial (T87). */
export function requireKnownJob(decision: Allow | Deny): Settled {
  if (decision.allowed) return decision;
  const { reason } = decision;
  if (reason === 'job_unknown') throw new BrokerError('job_not_seen', { undone: true });
  return { ...decision, reason };
}

/** Whether an event that is under way could change it. */
function mayStillChange(decision: Allow | Deny): boolean {
  if (decision.allowed) return false;
  const checks = decision.trace.demands ?? [];
  return checks.some(({ truth, why }) => truth !== 'true' && (why === 'unknown' || why === 'not_unblocked'));
}

/** Decides by what is known at this moment of the job, of its build and of what is suspended; what was found is noted. */
async function decideOnce(parts: JobParts, journal: Journal, question: Question): Promise<Allow | Deny> {
  const { role, token, access, context } = question;
  const suspended = findSuspended(await parts.switches(), role.name, context.now);
  const asked = listDemands(role, token.issuer).filter(demand => !suspended.includes(demand));
  const job = asked.length > 0 ? await readJobFacts(parts, journal.reached, question, asked) : undefined;
  const decision = decide(role, token, access, { ...context, job, suspended });
  journal.note({ job, suspended, decision });
  return decision;
}

function readJobFacts(
  parts: JobParts,
  { row }: Reached,
  { role, token }: Question,
  asked: readonly DemandName[],
) {
  const step = asked.includes('approval') ? role.approval?.step : undefined;
  return parts.jobs.read({ token, row, step });
}

/**
 * Decides for a token that is allowed but for what its role demands of the job. Looks again while an event may be under
 * way, for `patience` milliseconds. Throws `job_not_seen` where nothing was told by then, and `jobs_unavailable`.
 */
export async function decideWithJobFacts(
  parts: JobParts,
  journal: Journal,
  question: Question,
  patience: number,
): Promise<Settled> {
  const end = parts.elapsed() + patience;
  let decision = await decideOnce(parts, journal, question);
  for (const pause of PAUSES) {
    if (!mayStillChange(decision) || parts.elapsed() + pause > end) break;
    await parts.pause(pause);
    decision = await decideOnce(parts, journal, question);
  }
  return requireKnownJob(decision);
}

/**
 * Seconds after its beginning until which an exchange that looked its job up may issue: a wait and slow tables must leave
 * what follows its time, or a credential could be made that nobody gets (threat T80).
 */
export const LATEST_ISSUE = 9;

/** Throws `jobs_unavailable` where it is too late to issue. `now` is in seconds since the epoch. */
export function refuseIfTooLate(now: number, { at }: Reached): void {
  if (now - at > LATEST_ISSUE)
    throw new BrokerError('jobs_unavailable', { detail: 'looking the job up took too long', undone: true });
}
