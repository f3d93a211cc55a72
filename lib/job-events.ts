import { type EventReading, readEvent } from './events/event.ts';
import type { EventSource } from './policy/issuer.ts';
import type { JobStore } from './stores/jobs.ts';

/** The parts that events are noted by: whose are believed, and where they go. */
export type EventRecorder = {
  readonly sources: readonly EventSource[];
  readonly jobs: Pick<JobStore, 'note'>;
  /** Seconds since the epoch. */
  readonly now: () => number;
};

/** Notes what an event tells. Gives how it was read; throws when it could not be noted, so that it comes again. */
export async function recordEvent(
  { sources, jobs, now }: EventRecorder,
  event: unknown,
): Promise<EventReading> {
  const at = now();
  const reading = readEvent(event, sources, at);
  if (reading.kind === 'change') await jobs.note(reading.change, at);
  return reading;
}
