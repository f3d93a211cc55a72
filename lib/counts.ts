import type { Reached } from './outcome.ts';
import { namePipeline } from './policy/tenant.ts';
import type { Limiter } from './stores/limits.ts';

/** The two counts of known callers: what each tenant gets, and what is refused to each pipeline. */
export type Counters = {
  /** One use more of a tenant of something. */
  readonly admit: Limiter['admit'];
  /** Too much of that, and nothing is looked at for the pipeline. */
  readonly refusals: Pick<Limiter, 'take' | 'check'>;
};

/** The tenant and, last, its pipeline: by the subject token, or as that was when a registry token was made for it. */
function listNames({ token, row, registryToken }: Reached): readonly (string | null)[] | undefined {
  if (registryToken) return registryToken.counted;
  return token && row && namePipeline(token, row);
}

/** Counts one use of a role or a registry by a tenant (threat T75). Throws `rate_limited` when that is one too many. */
export function admitUse({ admit }: Counters, reached: Reached, used: readonly string[]): void {
  admit(JSON.stringify([...(listNames(reached) ?? []).slice(0, -1), ...used]), reached.at);
}

/** Refuses who was refused too often, before anything is looked at for it: its loop does not use up what neighbors need. */
export function checkRefusals({ refusals }: Pick<Counters, 'refusals'>, reached: Reached): void {
  const names = listNames(reached);
  if (names) refusals.check(JSON.stringify(names), reached.at);
}

/** Counts a refusal, whatever it is: what there is not costs as much as what is not for this token. */
export function countRefusal({ refusals }: Pick<Counters, 'refusals'>, reached: Reached): void {
  const names = listNames(reached);
  if (names) refusals.take(JSON.stringify(names), reached.at);
}
