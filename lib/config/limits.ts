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

type Written = NonNullable<ReturnType<typeof LIMITS.read>>;

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

function limitOf(written: Written['exchanges'], usual: Limit): Limit {
  return written ? { perMinute: written.per_minute, burst: written.burst } : usual;
}

/** What is written, and for the rest what is usual. */
export function limitsOf(written: Written | undefined): Limits {
  return {
    exchanges: limitOf(written?.exchanges, USUAL.exchanges),
    authorizations: limitOf(written?.authorizations, USUAL.authorizations),
    refusals: limitOf(written?.refusals, USUAL.refusals),
    identities: limitOf(written?.identities, USUAL.identities),
    stsCalls: limitOf(written?.sts_calls, USUAL.stsCalls),
  };
}
