import { integer, object, optional, required } from '../language/shape.ts';
import type { Limit, Limits } from '../stores/limits.ts';

const LIMIT = object({
  per_minute: required(integer(1, 60_000)),
  burst: required(integer(1, 10_000)),
});

/** `limits` of broker.yml. */
export const LIMITS = object({
  exchanges: optional(LIMIT),
  authorizations: optional(LIMIT),
  refusals: optional(LIMIT),
  identities: optional(LIMIT),
  sts_calls: optional(LIMIT),
});

type LimitsText = NonNullable<ReturnType<typeof LIMITS.read>>;

/**
 * More than one organization's builds ask for at once, and less than a loop does. An environment does one exchange
 * at a time, so what it may call of STS in a second is far below the half of STS's quota that all may use (D09).
 */
const USUAL: Limits = {
  exchanges: { perMinute: 300, burst: 100 },
  authorizations: { perMinute: 6000, burst: 3000 },
  refusals: { perMinute: 120, burst: 100 },
  identities: { perMinute: 1200, burst: 300 },
  stsCalls: { perMinute: 1200, burst: 100 },
};

function compileLimit(written: LimitsText['exchanges'], usual: Limit): Limit {
  return written ? { perMinute: written.per_minute, burst: written.burst } : usual;
}

/** Compiles the limits that are written, and takes the usual ones for the rest. */
export function compileLimits(written: LimitsText | undefined): Limits {
  return {
    exchanges: compileLimit(written?.exchanges, USUAL.exchanges),
    authorizations: compileLimit(written?.authorizations, USUAL.authorizations),
    refusals: compileLimit(written?.refusals, USUAL.refusals),
    identities: compileLimit(written?.identities, USUAL.identities),
    stsCalls: compileLimit(written?.sts_calls, USUAL.stsCalls),
  };
}
