import { AwsError } from '../aws/call.ts';

type CacheOptions = {
  /** Seconds since the epoch. */
  readonly now: () => number;
  /** How long what was loaded serves before it is loaded again. */
  readonly seconds: number;
  /** Seconds after a failure in which nothing is loaded, so that an outage costs one caller its time, and not each. */
  readonly pause?: number;
  /** How old what was loaded may be to serve on while AWS cannot be asked. Left out, there is no end to it. */
  readonly oldest?: number;
};

export type Cached<T> = { forget(): void; get(): Promise<T> };

type Dated = { readonly at: number };

/** A clock that was set back makes nothing young. */
function isWithinAge(age: number, oldest: number): boolean {
  return age >= 0 && age < oldest;
}

/**
 * Loads when first asked and again when that is too old. What was loaded serves on while AWS cannot be asked;
 * when AWS refuses, it does not.
 */
export function createCached<T>(load: () => Promise<T>, options: CacheOptions): Cached<T> {
  const { now, seconds, pause = 0, oldest = Number.POSITIVE_INFINITY } = options;
  let loaded: (Dated & { readonly value: T }) | undefined;
  let failed: (Dated & { readonly error: unknown }) | undefined;
  let flight: Promise<T> | undefined;
  const isYounger = (than: number, each: Dated): boolean => isWithinAge(now() - each.at, than);
  // With no end, whatever the clock says.
  const isServing = (each: Dated): boolean => oldest === Number.POSITIVE_INFINITY || isYounger(oldest, each);
  const serveOrThrow = (error: unknown): T => {
    if (loaded && isServing(loaded) && error instanceof AwsError && error.passing) return loaded.value;
    throw error;
  };
  const renew = async (): Promise<T> => {
    const at = now();
    try {
      const value = await load();
      loaded = { value, at };
      // A process that was frozen meanwhile has it from long ago.
      return isServing(loaded) ? value : await renew();
    } catch (error) {
      failed = { error, at: now() };
      return serveOrThrow(error);
    } finally {
      flight = undefined;
    }
  };
  return {
    forget() {
      loaded = undefined;
    },
    async get() {
      if (loaded && isYounger(seconds, loaded)) return loaded.value;
      if (failed && isYounger(pause, failed)) return serveOrThrow(failed.error);
      flight ??= renew();
      return flight;
    },
  };
}
