import { BrokerError } from './errors.ts';
import type { Failed, Reached, Requested } from './outcome.ts';
import type { Context } from './policy/trust.ts';

/** Who is asking, through which door, and how it is to be named. */
export type Visit = Context & {
  readonly decisionId: string;
  readonly protocol: string;
  /** Whether clients of this door send one subject token again and again, as every SDK does when it renews. */
  readonly reusesToken: boolean;
};

/** The record of how far a visit got, noted by each step for the answer and the audit event. */
export type Journal = {
  /** All that is noted so far. It is never changed: a note makes a new one. */
  readonly reached: Reached;
  note(facts: Partial<Reached>): void;
  /** Does a step, and notes how many milliseconds it took, also where it throws. */
  time<T>(step: string, work: () => T | Promise<T>): Promise<T>;
};

/** The beginning of every outcome, also of one that ends before there is a request. */
export function beginVisit(
  { decisionId, protocol, now, sourceAddress }: Visit,
  requested?: Requested,
): Reached {
  const reached = { decisionId, protocol, at: now, sourceAddress, ms: {} };
  return requested ? { ...reached, requested } : reached;
}

/** Opens the journal of a visit. `elapsed` tells the milliseconds of a monotonic clock. */
export function openJournal(visit: Visit, elapsed: () => number, requested?: Requested): Journal {
  let reached = beginVisit(visit, requested);
  function note(facts: Partial<Reached>): void {
    reached = { ...reached, ...facts };
  }
  return {
    get reached() {
      return reached;
    },
    note,
    async time(step, work) {
      const started = elapsed();
      try {
        return await work();
      } finally {
        note({ ms: { ...reached.ms, [step]: elapsed() - started } });
      }
    },
  };
}

/** Seconds that a visit may take before what was decided is decided again. */
const STALE = 1;

/** Whether so much time has passed since a visit began that what was decided then must be decided again (threat T78). */
export function isStale(now: number, { at }: Reached): boolean {
  return now - at >= STALE;
}

/** Reads the time again, in seconds since the epoch: never before the visit began, since a clock can be set back. */
export function readTimeAgain(now: () => number, { at }: Reached): number {
  return Math.max(now(), at);
}

/** Ends a visit in which something was thrown; what is not a `BrokerError` fails closed as `internal_error`. */
export function createFailure(reached: Reached, thrown: unknown): Failed {
  const error =
    thrown instanceof BrokerError
      ? thrown
      : new BrokerError('internal_error', { detail: (thrown as Error)?.name, cause: thrown });
  return { kind: 'failed', reached, error };
}
