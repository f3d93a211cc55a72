/**
 * Failures in a row after which a region is left alone. So few that the last attempt of the very call that met an
 * outage goes elsewhere: a cold process knows of none before.
 */
export const REGION_FAILURES = 2;
/** Seconds after which one call tries again whether it is well (D06). */
export const REGION_PAUSE = 30;

export type Breaker = {
  /** Whether to keep away. After a pause the answer is no, once, and that call is the one that tries. */
  isOpen(): boolean;
  /** Notes how it ends, and changes nothing of that. */
  watch<T>(work: Promise<T>): Promise<T>;
};

/** `broken` tells an outage from an answer that is no; `now` is in seconds since the epoch. */
export function createBreaker(now: () => number, broken: (error: unknown) => boolean): Breaker {
  let failures = 0;
  let triedAt = 0;
  return {
    isOpen() {
      if (failures < REGION_FAILURES) return false;
      const rested = now() - triedAt;
      // Rested for less than nothing: the clock was set back.
      if (rested >= 0 && rested < REGION_PAUSE) return true;
      triedAt = now();
      return false;
    },
    async watch(work) {
      try {
        const done = await work;
        failures = 0;
        return done;
      } catch (error) {
        failures = broken(error) ? failures + 1 : 0;
        triedAt = now();
        throw error;
      }
    },
  };
}
