import type { ClockReading } from '../http/date.ts';

/** Seconds by which our clock may differ from others': as many as are allowed between us and an issuer. */
export const CLOCK_APART = 30;

/** The time, as others said it in one run: by AWS, and by each issuer. */
export type ClockReadings = {
  readonly aws: readonly ClockReading[];
  /** By issuer. */
  readonly issuers: ReadonlyMap<string, ClockReading>;
};

/** Our clock against the others': how many seconds it is ahead (behind where below zero), and by whose word. */
export type ClockFinding =
  | { readonly clock: 'off'; readonly seconds: number; readonly by: 'aws' | 'issuers' }
  | { readonly clock: 'differs'; readonly seconds: number; readonly issuer: string };

/** Counts the lines that say that our own clock is off. */
export const CLOCK_OFF_PATTERN = '{ $.clock = "off" }';

/** Their clock counts whole seconds, and the answer may have been made at any time between. */
const RESOLUTION = 1;

/** How far we are surely ahead (behind where below zero), or 0 while it is within what is allowed. */
function measureLead(reading: ClockReading): number {
  const { theirs, sent, received } = reading;
  const [ahead, behind] = [sent - (theirs + RESOLUTION), received - theirs];
  if (ahead > CLOCK_APART) return Math.round(ahead);
  return behind < -CLOCK_APART ? Math.round(behind) : 0;
}

function findMedian(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}

/**
 * Judges our clock by a run's readings. AWS decides, by the median of its answers. Only where it said nothing do
 * issuers, and then more than half of at least three: one that is hostile or wrong rings no alarm, and is named instead.
 */
export function judgeClock(readings: ClockReadings): readonly ClockFinding[] {
  const { aws, issuers } = readings;
  const each = [...issuers].map(([issuer, reading]) => ({ issuer, seconds: measureLead(reading) }));
  const enough = each.length >= 3;
  const byIssuers = enough ? findMedian(each.map(({ seconds }) => seconds)) : 0;
  const own = aws.length > 0 ? findMedian(aws.map(measureLead)) : byIssuers;
  if (own !== 0) return [{ clock: 'off', seconds: own, by: aws.length > 0 ? 'aws' : 'issuers' }];
  return each.flatMap(({ issuer, seconds }) =>
    seconds === 0 ? [] : [{ clock: 'differs' as const, seconds, issuer }],
  );
}
