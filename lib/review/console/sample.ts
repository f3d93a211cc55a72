import { plainJob } from '../../jobs/scenarios.ts';
import type { Claims } from '../../policy/claims.ts';
import type { Asked } from '../compare/policy.ts';
import type { Held } from './held.ts';

/** What exact comparisons ask for here: jobs that read like those of the vendor, from this moment on. */
export function askedOf({ rows }: Pick<Held, 'rows'>, now: number): Asked {
  return {
    sampleOf: (issuer): Claims => plainJob(rows.get(issuer)?.preset),
    from: now,
  };
}
