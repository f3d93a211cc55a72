import { ATTEMPT_MS } from './post.ts';

/** Milliseconds for all that making one credential asks of others (D08). */
export const BUDGET_MS = 6000;
// D08: few attempts, and full jitter between them, so that a step hears of an outage while it can still try again.
const ATTEMPTS = 3;
const PAUSE_MS = 100;

/** How many milliseconds are left, by the clock at each use: the timers of a frozen process stand still. */
export type Budget = () => number;

/** The whole budget, or so many milliseconds, from now on. `now` is in seconds since the epoch. */
export function startBudget(now: () => number, milliseconds = BUDGET_MS): Budget {
  const end = now() * 1000 + milliseconds;
  return () => end - now() * 1000;
}

type RetryOptions = {
  /** Whether a failure may heal with time, so that the same is worth another attempt. */
  readonly passes: (error: unknown) => boolean;
  /** From 0 to 1, for the pause between attempts. */
  readonly random: () => number;
  readonly budget: Budget;
};

function waitFor(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

/** A failure that may know that nothing of what was asked can have been done. */
type FailedAttempt = { undone?: boolean };

/**
 * Does the same again while it fails with what passes, at most three times and within the budget. Each attempt is
 * told its own patience in milliseconds. What is thrown is the last failure, `undone` only if all of them were.
 */
export async function retry<T>(attempt: (patience: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { passes, random, budget: left } = options;
  let undone = true;
  for (let failed = 1; ; failed++) {
    try {
      return await attempt(Math.max(1, Math.min(ATTEMPT_MS, left())));
    } catch (error) {
      undone &&= (error as FailedAttempt).undone === true;
      if (failed === ATTEMPTS || left() <= 0 || !passes(error)) {
        if ((error as FailedAttempt).undone) (error as FailedAttempt).undone = undone;
        throw error;
      }
      await waitFor(Math.max(0, Math.min(random() * PAUSE_MS * 2 ** (failed - 1), left())));
    }
  }
}
