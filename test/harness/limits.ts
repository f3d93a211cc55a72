import { createMemoryLimiter, type Limits } from '../../lib/stores/limits.ts';

const MOST = { perMinute: 1_000_000_000, burst: 1_000_000_000 };

/** For whoever tests something else. */
export const PLENTY: Limits = {
  exchanges: MOST,
  authorizations: MOST,
  refusals: MOST,
  identities: MOST,
  stsCalls: MOST,
};
export const LIMITER = createMemoryLimiter('tests', MOST);
