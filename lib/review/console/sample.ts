import { createPlainJob } from '../../jobs/scenarios.ts';
import type { Claims } from '../../policy/claims.ts';
import type { SearchOptions } from '../compare/policy.ts';
import type { PageData } from './held.ts';

/** Makes the options of an exact comparison: jobs that read like those of the vendor, from this moment on. */
export function createSearchOptions(data: Pick<PageData, 'rows'>, now: number): SearchOptions {
  return {
    findSample: (issuer): Claims => createPlainJob(data.rows.get(issuer)?.preset),
    from: now,
  };
}
