import type { EventSource } from '../policy/issuer.ts';

/** A change of a job, a block step or an agent, as an event tells it. Times are the event's own, in seconds since the epoch. */
export type JobChange =
  | {
      readonly is: 'started' | 'finished';
      readonly job: string;
      readonly build: string;
      readonly pipeline: string;
      readonly organization: string;
      readonly at: number;
    }
  | {
      readonly is: 'unblocked';
      readonly build: string;
      readonly step: string;
      /** Buildkite's id of whoever did it, or whom a token of the API named. */
      readonly by: string;
      readonly organization: string;
      readonly at: number;
    }
  | { readonly is: 'lost'; readonly agent: string; readonly organization: string; readonly at: number };

/** Why an event is not believed. */
export type EventRefusal =
  | 'not_an_event'
  | 'replayed'
  | 'other_source'
  | 'other_account'
  | 'other_organization'
  | 'version_unknown'
  | 'unreadable'
  | 'too_late'
  | 'ahead_of_time';

/** An event as it was read: what it tells, that it tells nothing of use, or why it is not believed. */
export type EventReading =
  | { readonly kind: 'change'; readonly change: JobChange }
  | { readonly kind: 'idle' }
  | { readonly kind: 'refused'; readonly why: EventRefusal };

/**
 * Seconds. EventBridge tries for 24 hours; a start that comes later than this is no news, and what was kept of the end of
 * that job might be gone.
 */
export const LATEST_START = 2 * 24 * 60 * 60;
/** Seconds by which the clock of Buildkite may be ahead of ours. */
const AHEAD = 5 * 60;

/** The kinds of events that tell something of use. Others are not asked for. */
export const DETAIL_TYPES = ['Job Started', 'Job Finished', 'Job Activated', 'Agent Lost'] as const;
type DetailType = (typeof DETAIL_TYPES)[number];

type Members = { readonly [name: string]: unknown };

function objectIn(value: unknown): Members {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Members) : {};
}

// Of what is written like an id, though some of Buildkite's own examples are no UUIDs.
const ID = /^[A-Za-z0-9-]{1,64}$/;
const STEP = /^[A-Za-z0-9_:-]{1,100}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

function readId(value: unknown): string | undefined {
  const { uuid } = objectIn(value);
  return typeof uuid === 'string' && ID.test(uuid) ? uuid : undefined;
}

function readTime(value: unknown): number | undefined {
  const at = typeof value === 'string' && TIME.test(value) ? Date.parse(value) / 1000 : Number.NaN;
  return Number.isFinite(at) ? at : undefined;
}

/** Why it does not come from where broker.yml says: bus, account and organization, each as a whole. */
function findForeign(event: Members, sources: readonly EventSource[]): EventRefusal | undefined {
  if (typeof event['detail-type'] !== 'string' || event['detail'] === undefined) return 'not_an_event';
  // An archive can be played again, by whoever may, and old news would be news.
  if (Object.hasOwn(event, 'replay-name')) return 'replayed';
  const named = sources.find(({ source }) => source === event['source']);
  if (!named) return 'other_source';
  if (event['account'] !== named.account) return 'other_account';
  const detail = objectIn(event['detail']);
  return readId(detail['organization']) === named.organizationId ? undefined : 'other_organization';
}

type About = { readonly organization: string; readonly at: number };

function readJobChange(is: 'started' | 'finished', detail: Members, about: About): JobChange | undefined {
  const [job, build, pipeline] = [detail['job'], detail['build'], detail['pipeline']].map(readId);
  return job && build && pipeline ? { is, job, build, pipeline, ...about } : undefined;
}

/** An event that names nobody is no evidence of anybody, and one of a step without a key is of no step. */
function readUnblocked(detail: Members, about: About): JobChange | 'idle' | undefined {
  const job = objectIn(detail['job']);
  const { step_key: step, unblocked_by: person } = job;
  if (step === null || person === null || step === undefined || person === undefined) return 'idle';
  const [build, by] = [readId(detail['build']), readId(person)];
  if (job['type'] !== 'manual' || typeof step !== 'string' || !STEP.test(step) || !build || !by)
    return undefined;
  return { is: 'unblocked', build, step, by, ...about };
}

function readLost(detail: Members, about: About): JobChange | undefined {
  const agent = readId(detail['agent']);
  return agent ? { is: 'lost', agent, ...about } : undefined;
}

const READERS: {
  readonly [type in DetailType]: (detail: Members, about: About) => JobChange | 'idle' | undefined;
} = {
  'Job Started': (detail, about) => readJobChange('started', detail, about),
  'Job Finished': (detail, about) => readJobChange('finished', detail, about),
  'Job Activated': readUnblocked,
  'Agent Lost': readLost,
};

function refuseEvent(why: EventRefusal): EventReading {
  return { kind: 'refused', why };
}

/** Judges the age of an event: one that gives something must be of now; one that takes away counts whenever it comes. */
function judgeAge(change: JobChange, now: number): EventRefusal | undefined {
  const { is, at } = change;
  if (is === 'finished' || is === 'lost') return undefined;
  if (at > now + AHEAD) return 'ahead_of_time';
  return is === 'started' && at < now - LATEST_START ? 'too_late' : undefined;
}

/**
 * Reads an event of Buildkite's as EventBridge hands it over, and believes it only if it comes from exactly one of these
 * sources (threat T87). Never throws. `now` is in seconds since the epoch.
 * https://buildkite.com/docs/integrations/amazon-eventbridge
 */
export function readEvent(value: unknown, sources: readonly EventSource[], now: number): EventReading {
  const event = objectIn(value);
  const foreign = findForeign(event, sources);
  if (foreign) return refuseEvent(foreign);
  const type = DETAIL_TYPES.find(each => each === event['detail-type']);
  if (!type) return { kind: 'idle' };
  const detail = objectIn(event['detail']);
  if (detail['version'] !== 1) return refuseEvent('version_unknown');
  const [organization, at] = [readId(detail['organization']), readTime(event['time'])];
  if (organization === undefined || at === undefined) return refuseEvent('unreadable');
  const change = READERS[type](detail, { organization, at });
  if (change === 'idle') return { kind: 'idle' };
  const why = change ? judgeAge(change, now) : 'unreadable';
  return change && !why ? { kind: 'change', change } : refuseEvent(why ?? 'unreadable');
}
