import { recordEvent } from '../job-events.ts';
import { findPlainClaim } from '../policy/claims.ts';
import type { EventSource } from '../policy/issuer.ts';
import type { JobStore } from '../stores/jobs.ts';
import type { ThrowawayIssuer } from './issuer.ts';
import { Unprocessable } from './jobs.ts';

/** Where a job of this machine is in its life. Of one that is scheduled no event has come. */
export const JOB_STATES = ['scheduled', 'running', 'finished'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** The lives of jobs of this machine: what Buildkite's events would tell of them, by the store that a broker looks into. */
export type JobLives = {
  /** Whoever gets a token has been started by an agent: tells so, unless its state was said otherwise. */
  begin(job: string): Promise<void>;
  move(job: string, state: JobState): Promise<void>;
  /** Takes an event as EventBridge hands it over. Throws `Unprocessable` for one that is not believed. */
  hear(event: unknown): Promise<'change' | 'idle'>;
};

type Parts = {
  readonly jobs: JobStore;
  readonly issuer: () => ThrowawayIssuer;
  readonly now: () => number;
};

/** The source whose events tell of jobs. Throws `Unprocessable` when broker.yml believes none. */
function needSource(events: readonly EventSource[] | undefined): EventSource {
  const [source] = events ?? [];
  if (!source) throw new Unprocessable("The row of this job's issuer in broker.yml has no events.");
  return source;
}

export function createJobLives(parts: Parts): JobLives {
  const { jobs, issuer, now } = parts;
  const states = new Map<string, JobState>();
  async function tell(job: string, is: 'started' | 'finished'): Promise<void> {
    const { row, claims } = issuer().describe(job);
    const { organizationId: organization } = needSource(row.events);
    const build = String(findPlainClaim(claims, 'build_id'));
    const pipeline = String(findPlainClaim(claims, 'pipeline_id'));
    await jobs.note({ is, job, build, pipeline, organization, at: now() }, now());
  }
  return {
    async begin(job) {
      if (states.has(job) || !issuer().describe(job).row.events) return;
      await tell(job, 'started');
    },
    async move(job, state) {
      needSource(issuer().describe(job).row.events);
      if (state !== 'scheduled') await tell(job, state === 'running' ? 'started' : 'finished');
      states.set(job, state);
    },
    async hear(event) {
      const sources = issuer().sources();
      const reading = await recordEvent({ sources, jobs, now }, event);
      if (reading.kind === 'refused') throw new Unprocessable(`The event is not believed: ${reading.why}.`);
      return reading.kind;
    },
  };
}
